"""What agents may do with accounts: only with their own, whatever their profiles are."""

from __future__ import annotations

from flask_babel import gettext as _

from cti_accounts.settings import Config
from cti_host import Right

SUBJECT = "account"
_OWN = ("password", "second_factor", "sessions", "tokens")


def explained(profiles: frozenset[str], config: Config) -> list[Right]:
    """What somebody with some profiles may do, and why."""
    own = str(_("everybody, with their own account"))
    needs = config.needs_second_factor(profiles)
    by_code = _("everybody with an account, with a second factor: [plugin.accounts]")
    signing_in = str(by_code if needs else _("everybody with an account"))
    others = str(_("only the command `cti-host agent` changes the accounts of others"))
    return [
        Right(SUBJECT, "sign_in", True, signing_in),
        *(Right(SUBJECT, action, True, own) for action in _OWN),
        Right(SUBJECT, "others", False, others),
    ]
