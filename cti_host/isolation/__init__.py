"""What keeps plugins from harming one another: deadlines, read-only arguments, checked results."""
