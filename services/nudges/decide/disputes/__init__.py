"""Messages about disputes: to managers about new ones, once an hour, and to a rep whose dispute was answered.

Comes in: what reps dispute on their pages, and what managers answer. Goes out: nudges in working hours, outside of the daily
cap. Promised: one message per manager and hour about all that is new, and one to the rep for each answer.
"""
