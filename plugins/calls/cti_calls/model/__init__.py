"""What a call is: facts, records, devices, tables, and the hooks that carry them."""
