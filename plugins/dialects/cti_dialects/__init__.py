"""The URLs that phone systems were set up with for other products."""

from cti_dialects.plugin import Plugin

__all__ = ["Plugin"]
