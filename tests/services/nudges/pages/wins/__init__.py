"""The page of wins."""
