"""Roster and playbook files: how their YAML is read, checked and turned into rosters and playbooks.

A file with a mistake is refused as a whole, with every mistake in it: line, key and what would be right.
"""
