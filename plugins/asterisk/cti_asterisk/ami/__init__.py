"""The Asterisk Manager Interface: its messages, and a client for it."""
