"""The page of a ticket as an agent works with it."""
