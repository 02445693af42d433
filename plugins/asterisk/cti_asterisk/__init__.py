"""Calls of Asterisk and FreePBX as they happen, and click-to-call."""

from cti_asterisk.plugin import Plugin

__all__ = ["Plugin"]
