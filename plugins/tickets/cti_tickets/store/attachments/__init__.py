"""Files of tickets: what is accepted, where the bytes lie, and the rows that tell of them."""
