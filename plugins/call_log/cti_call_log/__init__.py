"""A line in the log for each call and ticket."""

from cti_call_log.plugin import Plugin

__all__ = ["Plugin"]
