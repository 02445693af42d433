"""The history of objects and the journal of accesses, as a browser shows them."""
