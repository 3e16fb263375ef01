"""What a rep's page says of the rep."""
