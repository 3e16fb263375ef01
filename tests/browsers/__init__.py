"""Real browsers for tests."""
