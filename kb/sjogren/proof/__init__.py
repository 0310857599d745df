"""From firings to a justification: its skeleton, its bindings, what it lacks, its export, and an independent checker."""
