"""Sources as operators see them: what each sends, what of that cannot count, and what to do about it.

Comes in: requests of operators. Goes out: pages made of what ingest and scoring answer; nothing is stored here, and of an
activity only its kind, its time and the id of a CRM user is shown.
"""
