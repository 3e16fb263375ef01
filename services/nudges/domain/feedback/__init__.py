"""What people say about nudges and activities: answers, and disputes of single activities."""
