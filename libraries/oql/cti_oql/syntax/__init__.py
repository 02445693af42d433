"""From text to a syntax tree and back: grammar, tree, parser, printing, errors with their place."""
