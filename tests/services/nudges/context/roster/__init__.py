"""Tests of what is loaded about first days and doubts about the roster."""
