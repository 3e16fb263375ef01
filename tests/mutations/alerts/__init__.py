"""Mistakes planted in the alert rules, one at a time, and whether their promtool tests find them."""
