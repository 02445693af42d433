"""The deletion of objects: of one, of many at once, and what the page that asks first says."""
