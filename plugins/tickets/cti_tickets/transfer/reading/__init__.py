"""From the files of an import to records: formats, cells, logs."""
