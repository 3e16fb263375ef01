"""What a manager or a colleague says to a rep: written on a page, stored, and sent as a nudge of its own kind.

Comes in: a sentence, or thanks alone. Goes out: a nudge to the rep within their working hours. Promised: the same form sends it
once, it is outside of the daily cap and the experiment, and until it goes out the sender can take it back.
"""
