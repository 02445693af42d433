"""The functions of OQL, and what each of the two databases needs for them."""
