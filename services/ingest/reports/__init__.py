"""What the stored webhooks of a source say about it: for `daymark doctor`, and for whoever looks at its page.

Comes in: a source, and the webhooks that the door has stored. Goes out: counts by kind and hour, facts that arrive, and what
nobody mapped. Nothing is changed, and nothing of an activity is passed on but its kind, its time and the id of a CRM user.
"""
