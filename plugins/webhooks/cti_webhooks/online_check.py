"""How well the sources are guarded: for `cti-host check --online`, and the doctor.

What came of each, and what was refused, the doctor of the plugin `calls` knows.
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _

from cti_host import Finding, Level
from cti_webhooks.secrets import age_of
from cti_webhooks.sources import ReadySource

_DAY = 86_400
_OLD_DAYS = 730


def findings(sources: Sequence[ReadySource]) -> list[Finding]:
    """What was found out about each source; nothing is asked of its phone system."""
    return [finding for source in sources for finding in (_secret(source), _proof(source))]


def _secret(source: ReadySource) -> Finding:
    what = _("address of %(name)s", name=source.name)
    age = age_of(source.name)
    if age is None:
        return Finding(
            what,
            Level.WARNING,
            _("nobody has been told it since this is counted"),
            f"cti-host webhooks url {source.name}",
        )
    days = age // _DAY
    detail = _("its secret is %(days)s days old", days=days)
    if days >= _OLD_DAYS:
        return Finding(what, Level.WARNING, detail, f"cti-host webhooks rotate {source.name}")
    return Finding(what, Level.GOOD, detail)


def _proof(source: ReadySource) -> Finding:
    what = _("who posts to %(name)s", name=source.name)
    proofs = [
        text
        for is_there, text in (
            (source.verifier, _("a signature")),
            (source.token, _("a token")),
            (source.settings.networks, _("a list of addresses")),
        )
        if is_there
    ]
    if not proofs:
        detail = _("whoever knows the address may post: nothing else is checked")
    else:
        detail = _("besides the address, this is checked: %(proofs)s", proofs=", ".join(proofs))
    return Finding(what, Level.GOOD, detail)
