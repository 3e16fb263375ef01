"""The page on which a manager writes to a rep."""
