"""Messages to one person that are posted as JSON, to an address that the installation or the person has."""
