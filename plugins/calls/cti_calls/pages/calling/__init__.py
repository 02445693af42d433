"""Calls that agents place, and what their tickets are told of calls."""
