"""The definitions: the roster, the playbooks, and who was erased.

Comes in: roster and playbook files; deliveries and acknowledgements of announcements. Goes out: the definitions in force,
announcements of versions, and the reps whose days have to be scored again. Promised: definitions do not change during a
transaction that counts by them, and every version is announced to each rep whom it judges.
"""
