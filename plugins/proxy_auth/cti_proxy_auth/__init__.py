"""Agents whom a proxy before the host has signed in."""

from cti_proxy_auth.plugin import Plugin

__all__ = ["Plugin"]
