"""What pages ask of the demonstration, where one is played: no service answers it."""
