"""What people have seen on pages.

Comes in: who opened which page, signed in. Goes out: messages that are opened, and announcements that have reached their rep.
"""
