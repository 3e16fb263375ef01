"""Whether a rep does less, or more, of a behaviour than on their own earlier days.

Comes in: a rep's days with activity. Goes out: falls that are worth a conversation, and whether what was talked about is up
since. Promised: nothing is held against a rep that days alone would explain; the variance is that of their own days.
"""
