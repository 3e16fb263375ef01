"""What people enter into the roster on a page.

Comes in: one change, and who asks for it. Goes out: a new roster file, in force like one that was applied. Promised: the file's
author finds every line as it was, and a change that follows another at the same time does not undo it.
"""
