"""Judge what people received: is it true, how often is it said, and how soon does it come.

Comes in: the messages of a play and its trace. Goes out: one table. Promised: nothing here looks at a rule from the inside;
what is judged is what people read.
"""
