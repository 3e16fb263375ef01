"""Answers to nudges: the page behind the link in a message, and the buttons on every page."""
