"""Erase people: reps and managers who have left the roster, and contacts.

Comes in: whom to erase. Goes out: tables that no longer name the person, and tombstones by which later observations of them are
recognised. Promised: an erasure may be interrupted anywhere and repeated, and everybody else's scores stay as they are.

First a tombstone is stored, so that nothing of the person is recorded any more. Then what is stored is erased, in short steps.
"""
