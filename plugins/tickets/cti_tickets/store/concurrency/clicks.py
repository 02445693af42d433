"""A double click places one call, also where no JavaScript keeps the second click back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cti_host import writing
from cti_tickets.model.classes.history import CreationKey
from cti_tickets.store.computed import utc_now
from cti_tickets.store.concurrency.creation_keys import digest_of

# Nobody dials, fails and dials again so quickly.
DOUBLE_CLICK = timedelta(seconds=4)
_DIALLED = "PhoneCall"


def claim_click(account: str, about: str, button: str) -> bool:
    """Take a click that dials; of two at the same moment, one does.

    It is kept with the keys of forms that were sent, and goes with them: as a digest.

    :param account: who clicks
    :param about: on the page of which object
    :return: whether the same one was not taken a few seconds ago
    """
    digest = digest_of("click", _DIALLED, {"about": about, "button": button}, account)
    now = utc_now()
    with writing():
        # A clock that was set back must not keep anybody from dialling.
        near = CreationKey.created.between(now - DOUBLE_CLICK, now + DOUBLE_CLICK)
        again: Any = CreationKey.update(created=now).where(CreationKey.digest == digest, ~near)
        if again.execute():
            return True
        new: Any = CreationKey.insert(digest=digest, class_name=_DIALLED, created=now)
        return bool(new.on_conflict_ignore().as_rowcount().execute())
