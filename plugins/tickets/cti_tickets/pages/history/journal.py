"""The journals for administrators: who looked at whom, and who changed what."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import begin_of_day, current_agent, current_host
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.history.texts import (
    Line,
    Texts,
    class_of,
    headline,
    object_url,
    operation_label,
    way_label,
    who,
)
from cti_tickets.rights import organizations
from cti_tickets.store import access_journal, history
from cti_tickets.store.access_journal import EVERYBODY, PEOPLE, Access, AccessFilter
from cti_tickets.store.history import Change, ChangeFilter, Operation, Way
from cti_tickets.store.name_search import ids_by_name
from cti_tickets.store.records import Records, shown_name

PAGE_SIZE = 100
# The ways by which people are seen.
_SEEING = (Way.POP, Way.PAGE, Way.SEARCH, Way.EXPORT, Way.API, Way.COMMAND)
_MAX_ID = 2**31 - 1


@dataclass(frozen=True)
class Object:
    """Whom or what an entry is about: what it is called, and its page, "" if it is gone."""

    name: str
    url: str = ""


@dataclass(frozen=True)
class Seen:
    """An entry of the journal of accesses, as its page shows it."""

    moment: datetime
    who: str
    way: str
    person: Object


@dataclass(frozen=True)
class Changed:
    """An entry of the journal of changes, as its page shows it."""

    moment: datetime
    who: str
    way: str
    title: str
    object: Object
    lines: Sequence[Line]


class JournalPages:
    """The views of both journals; one for each application."""

    def __init__(self, records: Records) -> None:
        self._records, self._schema = records, records.schema

    def views(self) -> Mapping[str, Callable[[], ResponseReturnValue]]:
        """The views by what stands in their addresses and is the name of their endpoints."""
        return {"access_journal": self.accesses, "changes": self.changes}

    def accesses(self) -> ResponseReturnValue:
        """Who looked at whom."""
        _only_administrators()
        typed, problems = _typed(("agent", "person", "way", "since", "until")), list[str]()
        wanted = AccessFilter(
            account=typed["agent"],
            object_id=self._id(typed["person"], PEOPLE, problems),
            through=_one_of(Way, typed["way"]),
            since=_day(typed["since"], problems),
            until=_day(typed["until"], problems, days=1),
        )
        found: list[Access] = []
        if not problems:
            found = access_journal.entries(wanted, before=_before(), limit=PAGE_SIZE + 1)
        shown = found[:PAGE_SIZE]
        own = [one.object_id for one in shown if not one.source and one.object_id != EVERYBODY]
        people = self._objects("Contact", own)
        entries = [
            Seen(one.moment, who(one.account, one.author), way_label(one.through),
                 _stranger(one) if one.source
                 else people.get(one.object_id) or Object(str(_("everybody"))))
            for one in shown
        ]  # fmt: skip
        ways = {way.value: way_label(way) for way in _SEEING}
        return render_template(
            "tickets/access_journal.html",
            entries=entries,
            typed=typed,
            problems=problems,
            ways=ways,
            older=_older(found, typed),
        ), (400 if problems else 200)

    def changes(self) -> ResponseReturnValue:
        """Who changed what, also what was deleted."""
        _only_administrators()
        typed, problems = (
            _typed(("agent", "class", "object", "what", "since", "until")),
            list[str](),
        )
        cls = self._class(typed["class"], problems)
        wanted = ChangeFilter(
            class_name=cls.name if cls else "",
            object_id=self._id(typed["object"], cls.name if cls else "", problems),
            account=typed["agent"],
            operation=_one_of(Operation, typed["what"]),
            since=_day(typed["since"], problems),
            until=_day(typed["until"], problems, days=1),
        )
        found: list[Change] = []
        if not problems:
            found = history.all_changes(wanted, before=_before(), limit=PAGE_SIZE + 1)
        return render_template(
            "tickets/changes.html",
            entries=self._changed(found[:PAGE_SIZE]),
            typed=typed,
            problems=problems,
            classes={one.name: str(one.label) for one in self._schema},
            operations={one.value: operation_label(one) for one in Operation},
            older=_older(found, typed),
        ), (400 if problems else 200)

    def _changed(self, changes: Sequence[Change]) -> list[Changed]:
        texts = Texts(self._records, changes)
        ids: dict[str, list[int]] = {}
        for change in changes:
            if class_of(self._schema, change):
                ids.setdefault(change.class_name, []).append(change.object_id)
        objects = {name: self._objects(name, some) for name, some in ids.items()}
        entries = []
        for change in changes:
            cls = class_of(self._schema, change)
            label = str(cls.label) if cls else change.class_name
            about = objects.get(change.class_name, {}).get(change.object_id)
            name = about.name if about else f"#{change.object_id}"
            entries.append(
                Changed(
                    change.moment,
                    who(change.account, change.author),
                    way_label(change.through),
                    headline(cls, change),
                    Object(f"{label}: {name}", about.url if about else ""),
                    texts.lines(change),
                )
            )
        return entries

    def _objects(self, class_name: str, ids: Sequence[int]) -> dict[int, Object]:
        """Objects by id, also those that are gone."""
        each = [*dict.fromkeys(ids)]
        names = self._records.names(current_host().database, class_name, each)
        deleted = history.names_of_deleted(class_name, [id_ for id_ in each if id_ not in names])
        found = {}
        for id_ in each:
            if id_ in names:
                name = shown_name(self._schema[class_name], names[id_], id_)
                found[id_] = Object(name, object_url(class_name, id_))
            else:
                gone = f"#{id_}"
                if id_ in deleted:
                    gone = str(_("%(name)s (deleted)", name=deleted[id_] or gone))
                found[id_] = Object(gone)
        return found

    def _class(self, name: str, problems: list[str]) -> ClassDef | None:
        if name and name not in self._schema:
            problems.append(_("There is no class “%(cls)s”.", cls=name))
        return self._schema[name] if name in self._schema else None  # noqa: SIM401

    def _id(self, text: str, class_name: str, problems: list[str]) -> int | None:
        """The id in a filter: a number, "Ada Lovelace #12", or a name that one object has."""
        with_id = re.fullmatch(r"(?:.*\s)?#?\s*([0-9]{1,10})", text, re.ASCII | re.DOTALL)
        if with_id:
            return min(int(with_id[1]), _MAX_ID)
        if not text:
            return None
        found = []
        if class_name:
            found = ids_by_name(current_host().database, self._schema, class_name, text, 2)
        if len(found) != 1:
            sentence = (
                _("Several are called “%(text)s”: write # and the number of one.", text=text)
                if found
                else _("Nothing is called “%(text)s”.", text=text)
            )
            problems.append(sentence)
            return None
        return found[0]


def _stranger(access: Access) -> Object:
    """Somebody of another plugin: what they are called is known there."""
    label = current_host().source_label(access.source)
    return Object(f"{label}: {access.class_name} #{access.object_id}")


def _only_administrators() -> None:
    if not current_agent().is_administrator:
        abort(403, _("Only administrators see the journals."))
    # An entry tells of an object even when it is gone.
    if organizations.allowed() is not None:
        abort(403, _("Only administrators who may see all organizations see the journals."))


def _typed(names: Sequence[str]) -> dict[str, str]:
    """What was typed into the fields of the filter."""
    return {name: request.args.get(name, "").strip()[:200].replace("\0", "") for name in names}


def _one_of(kind: Any, text: str) -> Any:
    return kind(text) if text in {one.value for one in kind} else None


def _day(text: str, problems: list[str], days: int = 0) -> datetime | None:
    """The moment at which a day of the site begins, or so many days later, in UTC."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=days)
        return begin_of_day(day).astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        problems.append(_("“%(text)s” is not a day such as 2026-01-31.", text=text))
        return None


def _before() -> int | None:
    text = request.args.get("before", "")
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None


def _older(found: Sequence[Access | Change], typed: Mapping[str, str]) -> str:
    """The address of the next page, with the same filter; "" if this is the last."""
    if len(found) <= PAGE_SIZE:
        return ""
    kept: dict[str, Any] = {name: text for name, text in typed.items() if text}
    return url_for(request.endpoint or "", **kept, before=found[PAGE_SIZE - 1].id)
