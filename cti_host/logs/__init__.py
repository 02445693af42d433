"""How lines of the log look, and by which id those of one request are found."""
