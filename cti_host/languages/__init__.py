"""The languages of the pages: which there are, and their texts."""
