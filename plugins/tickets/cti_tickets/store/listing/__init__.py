"""Lists of objects: found by conditions, sorted, and read a page at a time."""
