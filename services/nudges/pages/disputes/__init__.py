"""Disputes: a rep says that a single activity is wrong, and a manager resolves it. That changes no score: the CRM decides."""
