"""Rows: how calls are read from the database and written into it."""
