"""Agents sign in at an OpenID Connect provider."""

from cti_oidc.plugin import Plugin

__all__ = ["Plugin"]
