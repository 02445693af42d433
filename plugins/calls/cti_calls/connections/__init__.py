"""Connections to phone systems that last: run by one process of all hosts at a time."""
