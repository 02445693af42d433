"""A double click places one call: who dialled what a moment ago, for all processes and hosts.

A page whose JavaScript runs keeps the second click back by itself; this is for those without.
"""

from __future__ import annotations

import hashlib

from cti_calls.model.recent_click import RecentClick
from cti_calls.store.rows.moments import now_ms
from cti_calls.store.rows.transactions import in_transaction

# Nobody dials, fails and dials again so quickly.
DOUBLE_CLICK_MS = 4_000
_KEPT_MS = 60_000


def claim(*parts: str) -> bool:
    """Take a click; of two at the same moment, one does.

    :param parts: what is the same in both clicks of a double click: who dials, from where, what
    :return: whether the same one was not taken a few seconds ago
    """
    mark, now = _mark(parts), now_ms()

    def take() -> bool:
        old = (RecentClick.mark == mark) & (RecentClick.at <= now - DOUBLE_CLICK_MS)
        # A clock that was set back must not keep anybody from dialling.
        ahead = (RecentClick.mark == mark) & (RecentClick.at > now + DOUBLE_CLICK_MS)
        if RecentClick.update(at=now).where(old | ahead).execute():
            return True
        insert = RecentClick.insert(mark=mark, at=now).on_conflict_ignore().as_rowcount()
        if not insert.execute():
            return False
        RecentClick.delete().where(RecentClick.at < now - _KEPT_MS).execute()
        return True

    return in_transaction(take)


def give_back(*parts: str) -> None:
    """Forget a click that came to nothing: the agent may try again at once."""
    in_transaction(lambda: RecentClick.delete().where(RecentClick.mark == _mark(parts)).execute())


def _mark(parts: tuple[str, ...]) -> str:
    """No number is kept."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
