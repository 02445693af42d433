"""A real iTop as the place where people and tickets live."""

from cti_itop.plugin import Plugin

__all__ = ["Plugin"]
