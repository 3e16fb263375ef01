"""Activities: how their facts are merged, to which rep's day they belong, and what they count for."""
