"""What holds for every page, and the server that serves them."""
