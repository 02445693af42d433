"""`cti.toml`: read, checked, and every mistake with its place and remedy."""
