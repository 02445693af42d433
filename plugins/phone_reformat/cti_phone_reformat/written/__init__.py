"""How numbers are written: characters, wrappings, words, several in one text."""
