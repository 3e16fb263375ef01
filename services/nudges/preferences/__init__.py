"""What people have asked for, as it is stored.

Comes in: what somebody chooses on their page of settings. Goes out: one value per person, for whoever decides or delivers.
Promised: nobody but the person is shown it, and it is erased with them.
"""
