"""Numbering plans: what digits mean in a region."""
