"""What profiles may do with iTop: through this host, and in iTop's own pages as far as is known."""

from __future__ import annotations

from collections.abc import Iterator

from flask_babel import gettext as _

from cti_host import Right
from cti_itop.online.profiles import KNOWN, OUTSIDE, READING, WRITTEN, writers
from cti_itop.settings import SOURCE


def explained(profiles: frozenset[str]) -> Iterator[Right]:
    """The rights of somebody with some profiles, and why; none where nobody here knows."""
    yield _through_this_host(profiles)
    if not profiles or not profiles <= KNOWN:
        return  # what a site's own profile may do, iTop's REST services don't tell
    for class_name in WRITTEN:
        yield _in_itop(class_name, "read", profiles, READING)
        for action in ("create", "modify"):
            yield _in_itop(class_name, action, profiles, writers(class_name))


def is_let_in(profiles: frozenset[str]) -> bool:
    """Whether somebody with these profiles may use this host."""
    return bool(profiles - OUTSIDE)


def _through_this_host(profiles: frozenset[str]) -> Right:
    """Persons and tickets are read with the account of this host, for all alike."""
    may = is_let_in(profiles)
    if may:
        reason = _("the account of this host reads iTop for everybody who is let in")
    elif profiles:
        reason = _("customers have a portal of their own")
    else:
        reason = _("the agent has no profile")
    return Right(SOURCE, "read", may, str(reason))


def _in_itop(
    class_name: str, action: str, profiles: frozenset[str], granting: frozenset[str]
) -> Right:
    """What an account with these profiles may do in iTop's own pages, as iTop comes."""
    deciding = profiles & granting
    who = ", ".join(sorted(deciding or profiles))
    reason = (
        _("iTop grants it to %(profiles)s", profiles=who)
        if deciding
        else _("iTop does not grant it to %(profiles)s", profiles=who)
    )
    subject = f"{class_name} ({SOURCE})"
    return Right(subject, action, bool(deciding), str(reason), (class_name, SOURCE))
