"""What the words denote: Turtle files read into plain nouns, and the promises that these files keep.

`read_vocabulary` gives what an evaluation needs; `load_graph` gives everything as RDF; `check_ontology` tells what is
wrong. rdflib and pyshacl are imported when one of them is called, not before.
"""

from sjogren.ontology.check import check_ontology
from sjogren.ontology.graph import load_graph
from sjogren.ontology.reader import read_vocabulary

__all__ = ["check_ontology", "load_graph", "read_vocabulary"]
