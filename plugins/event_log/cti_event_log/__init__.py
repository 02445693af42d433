"""A line in the log for each call and ticket."""

from cti_event_log.plugin import Plugin

__all__ = ["Plugin"]
