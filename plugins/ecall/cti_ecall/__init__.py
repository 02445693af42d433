"""Click-to-call from a ticket."""

from cti_ecall.plugin import Plugin

__all__ = ["Plugin"]
