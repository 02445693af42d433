"""An agent who is no person in the data yet: they say who they are, and their calls are kept."""
