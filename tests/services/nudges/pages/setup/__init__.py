"""First use, as an operator sees it."""
