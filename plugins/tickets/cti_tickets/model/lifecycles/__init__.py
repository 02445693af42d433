"""What a life cycle is, and those of the classes, as tables."""
