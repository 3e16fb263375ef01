"""What PostgreSQL needs before it can start."""
