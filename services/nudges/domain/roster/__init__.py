"""What a rep's days say about the roster: a leave that has just ended, and working days that nobody seems to work."""
