"""The command line: `data`, `oql`, `demo-data`."""
