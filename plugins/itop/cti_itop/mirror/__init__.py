"""A copy of iTop's callers in the host's database, kept up to date."""
