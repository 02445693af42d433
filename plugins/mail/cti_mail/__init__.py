"""Mails to callers about new entries in the public log of their tickets."""

from cti_mail.plugin import Plugin

__all__ = ["Plugin"]
