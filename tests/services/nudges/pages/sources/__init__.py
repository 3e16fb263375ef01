"""Sources, as an operator sees them."""
