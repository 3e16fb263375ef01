"""Every value that a sender documents for an outcome or a state, and what it means here."""
