"""The nudges that pages show, as typed rows."""
