"""The same objects for programs: JSON under /api/v1, by the rights of whoever asks."""
