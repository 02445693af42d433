"""Believable people and tickets for a demonstration."""
