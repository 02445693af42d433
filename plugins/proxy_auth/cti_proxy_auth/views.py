"""The page for those who can't come in, which says why."""

from __future__ import annotations

from cti_single_sign_on import NoAccess, agent_of
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cti_proxy_auth.headers import identity_in
from cti_proxy_auth.settings import Config


def pages(config: Config) -> Blueprint:
    """The pages of the plugin."""
    blueprint = Blueprint("proxy_auth", __name__, template_folder="templates")

    @blueprint.get("/proxy-sign-in")
    def refused() -> ResponseReturnValue:
        """Say why the proxy's word is not enough; who may come in meanwhile, comes in."""
        identity = identity_in(request, config)
        reason, name = "unknown", ""
        if identity is not None:
            name = identity.name
            try:
                agent_of(identity, config)
            except NoAccess as refused:
                reason = refused.reason
            else:
                return redirect(url_for("cti_host.home"))
        page = render_template(
            "cti_proxy_auth/refused.html",
            reason=reason,
            name=name,
            sign_out_url=config.sign_out_url if identity else "",
        )
        return page, 403 if identity else 401

    return blueprint
