"""What can be asked about the roster as a whole, and what can be entered into it."""
