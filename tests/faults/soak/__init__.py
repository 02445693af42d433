"""A day of a site in an hour, or a minute: everything at once for a long time, and what grows."""
