"""Playbooks as people and files state them."""
