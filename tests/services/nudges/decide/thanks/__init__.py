"""What a manager says to a rep."""
