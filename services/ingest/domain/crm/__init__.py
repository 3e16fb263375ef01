"""One module per kind of sender. Each exports its `ADAPTER` and imports no other."""
