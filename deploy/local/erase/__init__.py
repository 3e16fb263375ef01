"""`daymark forget`: messages that name an erased person are removed from the streams before they would expire.

Comes in: who is erased, and under which names and ids the services know them. Goes out: streams without them. Promised: nobody
else's messages are lost, and running it again finishes what was interrupted.
"""
