"""The data model: classes, attributes, life cycles, labels; the single source of truth."""
