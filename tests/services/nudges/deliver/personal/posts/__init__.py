"""Messages to one person that are posted as JSON."""
