"""The search of every page: what it finds among the objects of all classes."""
