"""The data model: classes, attributes, life cycles, labels; the single source of truth."""

# The plugin's name: that of its entry point, and of its blueprint.
SOURCE = "tickets"
