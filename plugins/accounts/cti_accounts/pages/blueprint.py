"""The blueprint that all pages of this plugin are views of."""

from __future__ import annotations

from flask import Blueprint, url_for

from cti_host import safe_return_url

blueprint = Blueprint("accounts", __name__, template_folder="../templates")


def target_of(next_url: str | None) -> str:
    """Where to go on to after signing in: a page of this host."""
    return safe_return_url(next_url, url_for("cti_host.home"))
