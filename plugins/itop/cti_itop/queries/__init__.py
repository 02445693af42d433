"""The queries of the settings, made ready for iTop, and asked."""
