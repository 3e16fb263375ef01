"""Who sells, in which team and time zone, and when they work."""
