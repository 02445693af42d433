"""Parts of the pages of objects, written by functions: as templates they took most of a page."""
