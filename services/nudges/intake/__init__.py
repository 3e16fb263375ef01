"""What arrives from scoring: day reports, announcements and withdrawals of playbook versions.

Comes in: SCORES. Goes out: the newest report of each day, and a decision about it in the same transaction. Promised: a
message that is not newer than what is known changes nothing; nothing about an erased person is stored; one that cannot be
read becomes a dead letter, and one that meets a server that is down is delivered again.
"""
