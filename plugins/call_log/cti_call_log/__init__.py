"""A line in the log for each call and ticket."""
