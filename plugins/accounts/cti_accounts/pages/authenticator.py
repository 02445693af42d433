"""Setting an authenticator up: a secret to scan, and the first code as the proof."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from cti_accounts.models import AgentAccount
from cti_accounts.second_factor import store, totp
from cti_accounts.second_factor.qr import qr_code
from cti_accounts.second_factor.sealed import Unreadable, open_sealed, seal

ISSUER = "CTI Host"
# How long a secret that is shown may be confirmed.
SECONDS = 30 * 60


@dataclass(frozen=True)
class SetUp:
    """A secret that is shown to be scanned, and isn't kept before it is confirmed.

    The form carries it back, sealed: so a page that stays open holds nothing in the database.
    """

    account: AgentAccount
    secret: str
    sealed: str

    @classmethod
    def new(cls, account: AgentAccount) -> SetUp:
        """With a new secret."""
        secret = totp.new_secret()
        text = json.dumps({"secret": secret, "until": time.time() + SECONDS})
        return cls(account, secret, seal(text, _purpose(account)))

    @classmethod
    def of_form(cls, account: AgentAccount) -> SetUp:
        """With the secret that the form carries; with a new one, if that is too old."""
        sealed = request.form.get("sealed", "")
        try:
            kept = json.loads(open_sealed(sealed, _purpose(account)))
        except Unreadable:
            return cls.new(account)
        if time.time() >= kept["until"]:
            return cls.new(account)
        return cls(account, kept["secret"], sealed)

    @property
    def picture(self) -> Markup:
        """The QR code."""
        title = _("QR code for your authenticator; the same as the key in text")
        return qr_code(totp.uri(self.secret, self.account.name, ISSUER), title)

    @property
    def key(self) -> str:
        """The secret to type."""
        return totp.in_groups(self.secret)

    def confirmed(self, code: str) -> tuple[list[str] | None, dict[str, str]]:
        """Keep the secret if the code is right.

        :return: the recovery codes, to be shown now; or `None` and what is wrong
        """
        if not code.strip():
            return None, {"code": _("Enter the code that the authenticator shows.")}
        codes = store.set_up(self.account, self.secret, code)
        if codes is None:
            message = _(
                "This is not the code of this key. Enter the one that the authenticator shows "
                "now; the clock of its device must be right."
            )
            return None, {"code": message}
        return codes, {}


def _purpose(account: AgentAccount) -> str:
    return f"setting up for agent {account.id}"
