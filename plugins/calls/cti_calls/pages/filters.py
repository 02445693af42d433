"""Which calls are looked for, as the address of a list says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import get_timezone
from flask_babel import gettext as _

from cti_calls.model.records import Outcome
from cti_host import begin_of_day

_LONGEST = 200
_LONGEST_ID = 18  # digits


class Show(StrEnum):
    """The tabs of the list."""

    NOW = "now"
    MINE = "mine"
    QUEUES = "queues"
    ALL = "all"


@dataclass
class Typed:
    """What the address says, and what is wrong with it.

    :param since: from the beginning of this day on, in UTC
    :param until: before the end of that day
    """

    show: Show
    texts: Mapping[str, str]
    outcome: Outcome | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_today(self) -> bool:
        """Whether only the calls of today are looked for."""
        return self.texts["since"] == today() and not self.texts["until"]

    def url(self, **changes: Any) -> str:
        """The list with something else: another tab, another page, other days."""
        query = {"show": self.show.value, **self.texts, **changes}
        kept = {name: value for name, value in query.items() if value}
        return f"{url_for('calls.calls')}?{urlencode(kept)}"


def read(default: Show) -> Typed:
    """What the address of this request says.

    :param default: the tab that is shown where it names none
    """
    problems: list[str] = []
    texts = {name: text(name) for name in ("number", "person", "outcome", "since", "until")}
    show = text("show")
    if show and show not in [*Show]:
        problems.append(_("There is no such list: “%(text)s”.", text=show))
    outcome = texts["outcome"]
    if outcome and outcome not in [*Outcome]:
        problems.append(_("There is no such outcome: “%(text)s”.", text=outcome))
    return Typed(
        Show(show) if show in [*Show] else default,
        texts,
        Outcome(outcome) if outcome in [*Outcome] else None,
        day(texts["since"], problems),
        day(texts["until"], problems, days=1),
        text("after"),
        problems,
    )


def text(name: str) -> str:
    """A parameter of the address, without what no database takes."""
    return request.args.get(name, "").strip()[:_LONGEST].replace("\0", "")


def number(typed: str) -> int | None:
    """The id of a row that somebody typed or sent; `None`: it is none that a database takes."""
    is_id = typed.isascii() and typed.isdigit() and len(typed) <= _LONGEST_ID
    return int(typed) if is_id else None


def today() -> str:
    """The present day in the site's time zone, as a field of a day has it."""
    return datetime.now(get_timezone()).date().isoformat()


def day(typed: str, problems: list[str], days: int = 0) -> datetime | None:
    """The moment at which a day of the agent begins, or so many days later, in UTC.

    :param problems: gets a sentence if it is no day
    """
    if not typed:
        return None
    try:
        wanted = date.fromisoformat(typed) + timedelta(days=days)
        return begin_of_day(wanted).astimezone(UTC)
    except (ValueError, OverflowError):
        problems.append(_("“%(text)s” is not a day such as 2026-01-31.", text=typed))
        return None
