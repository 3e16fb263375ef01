"""HTTP clients that CRMs and their users post with, as they behave by default."""
