"""Tests of what people have seen on pages."""
