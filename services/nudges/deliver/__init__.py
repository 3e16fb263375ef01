"""Delivery: queued nudges in, nudges at their receivers out, once per channel.

Each channel has its own loop, so a slow or failing one delays no other. Delivery is at least once with the nudge's id as the
idempotency key: a duplicate is possible only after a crash between a receiver's yes and our record of it.
"""
