"""Charts by exact coordinates, and as SVG."""
