"""`cti-host calls …`."""
