"""The page on which a manager enters that a rep was away."""
