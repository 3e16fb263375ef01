"""When a word is called for, which one, and whether it may be said now: pure, with the time as an argument."""
