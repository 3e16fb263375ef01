"""The documents of what is answered over HTTP, one for each port."""
