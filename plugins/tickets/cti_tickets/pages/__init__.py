"""What a browser shows: objects and their forms."""
