"""Click-to-call from a ticket."""
