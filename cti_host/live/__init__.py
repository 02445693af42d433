"""What is pushed to open pages: streams that are kept open, and the messages that reach them."""
