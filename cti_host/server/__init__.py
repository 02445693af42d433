"""The server: its processes, and how they begin and end."""
