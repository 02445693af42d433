"""PHP code: from text to the settings in it, without running anything."""
