"""The command `cti-host`."""
