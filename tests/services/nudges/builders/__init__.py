"""What the tests of nudges are about, with a default for whatever a test does not care about."""
