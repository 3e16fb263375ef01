"""The three services. They share no code but `shared`, and meet only through JetStream."""
