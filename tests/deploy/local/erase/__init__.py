"""`daymark forget`."""
