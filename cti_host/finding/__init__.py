"""The search of every page: what plugins find, in groups."""
