"""Who may see which calls, and who may take missed ones off the list."""
