"""Seen from outside: health, logs, upgrades."""
