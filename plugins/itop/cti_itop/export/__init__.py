"""Copying iTop's objects out: `cti-host itop copy`."""
