"""What is asked where a demonstration is played: by its pages, and by what steps its time."""
