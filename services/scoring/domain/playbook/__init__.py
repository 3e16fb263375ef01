"""A team's dated definition of success: what counts, how many of it make a day, and in which words people read it."""
