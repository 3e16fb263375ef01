"""What messages claim, read from their text, and whether the reports of the days bear it out.

Comes in: a text and the reports that it is about. Goes out: every claim with whether it is true, and what nobody could read.
Promised: a number, and whatever speaks of all, of a plan, a target, a score, a record or a run, is either read or reported as
unread. The truth is worked out from the reports alone, not by the functions that the rules use.
"""
