"""Views of lists: what an address asks of a list, what agents keep of that, and its parts."""
