"""Two objects that are one become one; for a day that can be undone."""
