"""What keeps callers from being found: in the stored numbers, and in the calls of late."""
