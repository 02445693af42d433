"""The pages on which two objects become one, and two again."""
