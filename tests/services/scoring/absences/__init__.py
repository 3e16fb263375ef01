"""Absences that managers enter on a page."""
