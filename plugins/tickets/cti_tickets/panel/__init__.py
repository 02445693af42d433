"""What the hooks of the panel ask for: callers, ticket lists, presets."""
