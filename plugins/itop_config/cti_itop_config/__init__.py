"""A site's settings for iTop's telephony extension, moved to cti.toml."""

__all__: list[str] = []
