"""One module per kind of sender. They never borrow from each other."""
