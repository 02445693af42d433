"""A line in the log for each call and ticket."""

from cti_event_log.former import FormerPlugin
from cti_event_log.plugin import Plugin

__all__ = ["FormerPlugin", "Plugin"]
