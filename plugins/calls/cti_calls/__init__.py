"""Calls as they happen: a record of each, and a pop on the right screen."""

from cti_calls.plugin import Plugin

__all__ = ["Plugin"]
