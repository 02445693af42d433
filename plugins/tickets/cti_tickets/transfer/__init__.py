"""Files in and out: import, copies, renumbering."""
