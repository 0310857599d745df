"""The knowledge base as something to question: named questions, and free SPARQL behind a guard.

A query is read, judged and answered in a process of its own (`sjogren.ask.cell`), which has no network unless the user
names an endpoint, and which is stopped when its time is over. What comes back is an `Answer` of plain data.
"""
