"""How plugins fare since the server started: for administrators, on a page and in a command."""
