"""How each kind of phone system says what happens, and what it wants to hear."""
