"""In front of iTop."""
