"""The knowledge base as something to question: named questions, and free SPARQL behind a guard.

A query is read, judged and answered in a process of its own (`sjogren.ask.cell`), which has no network unless the user
names an endpoint, and which is stopped when its time is over. What comes back is an `Answer` of plain data.

========= ====================================================================
Q101–Q106 a query that is not SPARQL, or is refused (`sjogren.ask.guard`)
Q107      a question, parameter or value that does not exist
Q108      a query that the graph in memory cannot answer
Q109      a query that took longer, or more memory, than it may
Q201–Q204 a file given beside the knowledge base (`sjogren.ask.extra`)
Q301–Q303 a server (`sjogren.ask.endpoint`)
========= ====================================================================
"""
