"""Answers to nudges from the buttons of their Slack messages.

Comes in: a request that Slack has signed. Goes out: the answer, as if it had been given on a page, and the message without the
buttons. Promised: only the person whom today's roster has at the Slack user can answer; the same click counts once.
"""
