"""What the stored webhooks of a source say about it."""
