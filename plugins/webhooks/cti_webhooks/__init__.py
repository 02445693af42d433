"""Phone systems that post what happens: Zammad-style, sipgate.io, Placetel and others."""

from cti_webhooks.plugin import Plugin

__all__ = ["Plugin"]
