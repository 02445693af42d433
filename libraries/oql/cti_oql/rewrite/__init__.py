"""From a resolved query to one that means the same and runs quicker."""
