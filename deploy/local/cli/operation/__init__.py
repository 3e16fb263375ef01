"""What an operator runs: the doctor, dead letters, stored webhooks, and erasing a person."""
