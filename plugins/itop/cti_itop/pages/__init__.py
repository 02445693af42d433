"""Pages of this host for tickets of iTop."""
