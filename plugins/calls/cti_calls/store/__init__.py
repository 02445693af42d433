"""Calls in the database: taken from phone systems, read, called back, ended, forgotten."""
