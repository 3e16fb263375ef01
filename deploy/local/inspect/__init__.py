"""What an operator looks at when something is wrong: the findings of `daymark doctor`, and dead letters.

Comes in: a connection to a running Daymark. Goes out: findings in sentences that say what to do, and dead letters to read or to
replay. Promised: looking changes nothing, and a replay loses no message.
"""
