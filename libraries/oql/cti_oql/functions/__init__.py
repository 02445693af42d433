"""The functions of OQL, and what each of the two databases must be taught for them."""
