"""Numbers in any writing become E.164."""

from cti_phone_reformat.plugin import Plugin

__all__ = ["Plugin"]
