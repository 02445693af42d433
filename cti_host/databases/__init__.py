"""The database named in the settings, and its migrations."""
