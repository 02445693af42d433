"""What refers to objects, and which of them are there for whoever acts."""
