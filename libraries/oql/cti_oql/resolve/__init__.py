"""From a syntax tree to a resolved query: names, classes, joins."""
