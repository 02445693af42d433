"""Reading and writing objects: validation, transactions, references, logs."""
