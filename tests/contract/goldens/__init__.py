"""One message of each kind as each channel sends it, kept as files. `make contract` writes them."""
