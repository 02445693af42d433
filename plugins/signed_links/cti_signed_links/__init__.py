"""Addresses of the panel that work once, for a few minutes."""

from cti_signed_links.plugin import Plugin

__all__ = ["Plugin"]
