"""What works with this iTop: the answers of `cti-host check --online`."""
