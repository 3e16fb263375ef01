"""Absences that managers enter on a page, beside those of the roster file.

Comes in: requests to show, enter or take back whole days of a rep. Goes out: definitions with these days as absences, and the
rep's days scored again. Promised: a day that had begun when it was entered, and on which something counts, is not an absence,
whichever was first; a roster that is applied loses nothing of it.
"""
