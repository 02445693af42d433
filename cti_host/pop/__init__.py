"""The way of a call from its URL to the panel."""
