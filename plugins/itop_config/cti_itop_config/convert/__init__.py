"""Settings of the extension and of iTop become settings of `cti.toml`."""
