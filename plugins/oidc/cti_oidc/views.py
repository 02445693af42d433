"""Pages: to the provider, back from it, and out."""

from __future__ import annotations

import logging
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from cti_single_sign_on import NoAccess, agent_of
from flask import Blueprint, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from cti_host import current_host, current_language, here, safe_return_url
from cti_oidc import pending, sessions
from cti_oidc.exchange import grant_for_code
from cti_oidc.id_tokens import BadToken, logged_out
from cti_oidc.identify import SESSION_KEY, current_session, is_due, is_too_old
from cti_oidc.provider import Provider, ProviderFailed, ProviderRefused
from cti_oidc.settings import Config

log = logging.getLogger("cti_host.plugin.oidc")

# What a provider says that was told to ask nothing, and would have to ask.
_MUST_ASK = {
    "login_required",
    "interaction_required",
    "consent_required",
    "account_selection_required",
}
PUBLIC = ("sign_in", "begin", "callback", "sign_out", "signed_out", "back_channel_logout")


class Pages:
    """The pages of the plugin; `blueprint` holds them.

    :param provider: found once, shared by all requests of the process
    """

    def __init__(self, config: Config, provider: Provider) -> None:
        self._config = config
        self._provider = provider
        self.blueprint = Blueprint("oidc", __name__, template_folder="templates")
        add = self.blueprint.add_url_rule
        add("/oidc/sign-in", "sign_in", self.sign_in)
        add("/oidc/begin", "begin", self.begin)
        add("/oidc/callback", "callback", self.callback)
        add("/oidc/sign-out", "sign_out", self.sign_out, methods=["POST"])
        add("/oidc/signed-out", "signed_out", self.signed_out)
        add(
            "/oidc/back-channel-logout",
            "back_channel_logout",
            self.back_channel_logout,
            methods=["POST"],
        )
        self.blueprint.before_app_request(self._recheck)

    def sign_in(self) -> ResponseReturnValue:
        """Offer all ways to sign in; where there is no other, go to the provider at once."""
        target = _target()
        links = current_host().hooks.sign_in_links(target, "oidc")
        if not links:
            return self.begin()
        return self._page("sign_in", target=target, links=links)

    def begin(self) -> ResponseReturnValue:
        """Send the browser to the provider."""
        target = _target()
        silent = bool(request.args.get("silent"))
        found = current_session(self._config)
        if found is not None:
            if not self._may_come_in(found):
                self._end_session()  # the provider may say more of them now
            elif not is_due(found, self._config):
                return redirect(target)
            else:
                sessions.claim_recheck(found)
        try:
            endpoint = self._provider.endpoint("authorization_endpoint")
        except ProviderFailed as failed:
            log.warning("nobody can sign in: %s", str(failed))
            if silent and found is not None and not is_too_old(found, self._config):
                return redirect(target)
            return self._problem("provider", 503)
        begun = pending.begin(target, silent=silent)
        prompt = "none" if silent else self._config.prompt
        url = prepare_grant_uri(
            endpoint,
            client_id=self._config.client_id,
            response_type="code",
            redirect_uri=_callback_url(),
            scope=" ".join(self._config.scopes),
            state=begun.state,
            nonce=begun.nonce,
            code_challenge=begun.challenge,
            code_challenge_method="S256",
            ui_locales=current_language(),
            **({"prompt": prompt} if prompt else {}),
        )
        return redirect(str(url))

    def callback(self) -> ResponseReturnValue:
        """The browser comes back from the provider, with a code or with an error."""
        begun = pending.take(request.args.get("state", ""))
        if begun is None:
            return self._problem("state", 400)
        if not self._is_answer_of_provider():
            log.warning("the answer at sign-in names another issuer")
            return self._problem("token", 403)
        error = request.args.get("error")
        if error:
            if begun.silent and error in _MUST_ASK:
                self._end_session()
                return redirect(url_for("oidc.begin", next=begun.target))
            log.info("the provider let nobody in: %s", error[:100])
            return self._problem("refused", 403)
        try:
            grant = grant_for_code(
                request.args.get("code", ""),
                begun.verifier,
                begun.nonce,
                _callback_url(),
                self._config,
                self._provider,
            )
        except ProviderFailed as failed:
            log.warning("nobody can sign in: %s", str(failed))
            return self._problem("provider", 503)
        except ProviderRefused as refused:
            log.warning("the provider refused a code: %s", str(refused))
            return self._problem("state", 400)
        except BadToken as bad:
            log.warning("an ID token is not good: %s", str(bad))
            return self._problem("token", 403)
        try:
            agent = agent_of(grant.identity, self._config)
        except NoAccess as no:
            log.warning("%r may not come in: %s", grant.identity.name[:64], no.reason)
            self._end_session()
            return self._problem(no.reason, 403, name=grant.identity.name)
        self._start_session(grant)
        if not begun.silent:  # else they were signed in already
            log.info("agent %r signed in from %s", agent.name, request.remote_addr)
        return redirect(begun.target)

    def sign_out(self) -> ResponseReturnValue:
        """End the session here, then the provider's."""
        found = current_session(self._config)
        id_token = found.tokens()[0] if found else ""
        self._end_session()
        session.clear()
        if found is not None:
            whose = found.identity.name[:64]
            log.info("agent %r signed out from %s", whose, request.remote_addr)
        try:
            endpoint = self._provider.endpoint("end_session_endpoint")
        except ProviderFailed as failed:
            log.warning("the provider's session goes on: %s", str(failed))
            endpoint = ""
        if not endpoint:
            return redirect(url_for("oidc.signed_out"))
        asked = {
            "client_id": self._config.client_id,
            "post_logout_redirect_uri": url_for("oidc.signed_out", _external=True),
        }
        if id_token:
            asked["id_token_hint"] = id_token
        # A form may not lead to another site, not even by a redirect; a page that goes on may.
        return self._page("sign_out", url=add_params_to_uri(endpoint, list(asked.items())))

    def signed_out(self) -> ResponseReturnValue:
        """Nobody is signed in any more."""
        return self._page("signed_out")

    def back_channel_logout(self) -> ResponseReturnValue:
        """The provider itself says that somebody has signed out, or was locked out."""
        try:
            subject, session_id = logged_out(
                request.form.get("logout_token", ""), self._config, self._provider
            )
        except BadToken as bad:
            log.warning("a logout token is not good: %s", str(bad))
            return {"error": "invalid_request"}, 400
        except ProviderFailed as failed:
            log.warning("a logout token can't be verified: %s", str(failed))
            return {"error": "temporarily_unavailable"}, 503
        ended = sessions.end_all_of(subject, session_id)
        log.info("the provider ended %d sessions", ended)
        return "", 200

    def _recheck(self) -> ResponseReturnValue | None:
        """Have the browser ask the provider again, where nobody else can."""
        if not g.pop("cti_oidc_recheck", False):
            return None
        return redirect(url_for("oidc.begin", next=here(), silent=1))

    def _is_answer_of_provider(self) -> bool:
        """RFC 9207: an answer says which provider gave it, so that none passes for another's."""
        issuer = request.args.get("iss")
        if issuer is not None:
            return issuer == self._config.issuer
        try:
            promised = self._provider.description().get(
                "authorization_response_iss_parameter_supported"
            )
        except ProviderFailed:
            return True  # the exchange of the code will fail, and say so
        return promised is not True

    def _may_come_in(self, found: sessions.Session) -> bool:
        try:
            agent_of(found.identity, self._config)
        except NoAccess:
            return False
        return True

    def _start_session(self, grant: sessions.Grant) -> None:
        found = current_session(self._config)
        if found is not None and found.subject == grant.subject:
            # The same agent again: forms in other tabs stay good.
            sessions.confirm(found, grant)
            return
        self._end_session()
        # Nothing of the session before is taken over, so nobody can plant one.
        pending.start_anew()
        session[SESSION_KEY] = sessions.begin(grant, self._config.session_hours)

    def _end_session(self) -> None:
        found = current_session(self._config)
        if found is not None:
            sessions.end(found)
        session.pop(SESSION_KEY, None)

    def _problem(self, reason: str, code: int, name: str = "") -> ResponseReturnValue:
        return self._page("problem", reason=reason, code=code, name=name), code

    def _page(self, template: str, **values: Any) -> str:
        return render_template(
            f"cti_oidc/{template}.html", provider=self._config.provider_name, **values
        )


def _target() -> str:
    return safe_return_url(request.args.get("next"), url_for("cti_host.home"))


def _callback_url() -> str:
    return url_for("oidc.callback", _external=True)
