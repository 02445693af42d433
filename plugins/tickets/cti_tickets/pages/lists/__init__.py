"""The lists of objects, and what is done to many of them at once."""
