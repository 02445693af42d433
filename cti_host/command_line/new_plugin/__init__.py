"""`cti-host plugin new`: a plugin of one's own, with code, settings, tests and packaging."""
