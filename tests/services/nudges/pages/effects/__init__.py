"""The page of effects."""
