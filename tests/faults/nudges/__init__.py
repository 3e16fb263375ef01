"""Replicas of nudges that are killed again and again while day reports arrive."""
