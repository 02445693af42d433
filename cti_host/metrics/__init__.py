"""What is counted and measured for those who watch the host: see `docs/operations.md`."""
