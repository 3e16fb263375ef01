"""What rules and estimates are tried on: simulated teams, simulated experiments, a real trace, and rival detectors."""
