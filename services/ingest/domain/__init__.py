"""What a webhook is, who may send it, and what it says: pure, with the time as an argument."""
