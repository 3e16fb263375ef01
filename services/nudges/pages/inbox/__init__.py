"""A manager's inbox, and the messages on a rep's own page.

Comes in: a reader and what they want to see of their messages. Goes out: sections: what waits for the reader, what was sent
lately, and what will be sent. Promised: what is to be sent tomorrow is never above what was sent today, and the number of
queries does not depend on that of the messages.
"""
