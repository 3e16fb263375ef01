"""The catalogues of translations, and what the code says."""
