"""From what Asterisk says to what happened in a call."""
