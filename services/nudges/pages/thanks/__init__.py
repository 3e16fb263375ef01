"""What managers say to their reps: the page on which they write it, and where it stands afterwards."""
