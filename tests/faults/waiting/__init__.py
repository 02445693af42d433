"""Nobody kept waiting: points 1 to 5."""
