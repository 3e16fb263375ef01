"""What pages cost while they are open: updates, first bytes and memory."""
