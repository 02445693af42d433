"""What happens reaches the pages that are open, on every host."""

from cti_live.plugin import Plugin

__all__ = ["Plugin"]
