"""Two agents change one object: the second sees what changed, and keeps what they typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cti_oql.schema import Kind
from flask import request
from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField

from cti_tickets.model.classes.registry import LogEntry
from cti_tickets.model.schema import ClassDef
from cti_tickets.pages.field_texts import unbroken
from cti_tickets.pages.flag_field import FlagField
from cti_tickets.pages.forms import field_text, show_errors, stored_now
from cti_tickets.pages.history.texts import Texts, tells, who
from cti_tickets.pages.object_page import ObjectView
from cti_tickets.store import history, logs
from cti_tickets.store.concurrency.versions import last_seen_change
from cti_tickets.store.history import Change
from cti_tickets.store.records import Records


@dataclass(frozen=True)
class Missed:
    """An attribute that somebody else has changed; `yours` is what was typed, "" for nothing."""

    label: str
    was: str
    now: str
    author: str
    moment: datetime
    yours: str = ""


@dataclass
class Conflict:
    """What somebody has missed who wants to save.

    :param missed: the attributes that others have changed
    :param entries: the entries that others have added to logs, each with the log's label
    :param lost: what was typed and can't be changed any more, with the attribute's label
    """

    missed: list[Missed] = field(default_factory=list)
    entries: list[tuple[str, LogEntry]] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)


def settle(
    records: Records,
    cls: ClassDef,
    view: ObjectView,
    version: str,
    form: FlaskForm,
    asked: Sequence[str],
) -> Conflict:
    """Compare what was typed with what others have stored since its form was opened.

    What the agent did not touch takes the new value. What both have changed keeps what was typed,
    with a message beside it.

    :param view: the object as it is stored now
    :param version: the version that the form was made of
    :param form: a form of the object as it is stored now, with what was typed
    :param asked: the attributes of the form
    """
    seen = last_seen_change(version)
    since = [] if seen is None else history.changes_since(cls.name, view.id, seen)
    base = history.unwound(_stored(cls, view), since)
    last = {code: change for change in since for code in change.changes}
    texts = Texts(records, since)
    typed: dict[str, str] = {}
    for code in asked:
        shown, now = unbroken(form[code].data), unbroken(form[code].object_data)
        if cls.attributes[code].kind is Kind.LOG or shown == now:
            continue
        untouched = shown == unbroken(field_text(form[code], cls.attributes[code], base.get(code)))
        if untouched and code in last:
            form[code].data = form[code].object_data
        else:
            typed[code] = _as_seen(form[code])
    conflict = Conflict(lost=_lost(cls, base, asked))
    for code in [code for code in cls.attributes if code in last and tells(cls, code)]:
        missed = _missed(cls, code, since, last[code], texts, typed.get(code, ""))
        if missed.was != missed.now:
            conflict.missed.append(missed)
        if code in typed:
            show_errors(form, {code: _beside(missed)})
    if since:
        conflict.entries = _entries(cls, view.id, since[0].moment)
    else:  # nothing was recorded of it, or no longer
        show_errors(form, stored_now(form, cls, [*typed]))
    return conflict


def lost(cls: ClassDef, view: ObjectView, version: str, asked: Sequence[str]) -> bool:
    """Whether something was typed that the form of the object as it is now has no field for."""
    seen = last_seen_change(version)
    since = [] if seen is None else history.changes_since(cls.name, view.id, seen)
    return bool(_lost(cls, history.unwound(_stored(cls, view), since), asked))


def _missed(
    cls: ClassDef, code: str, since: Sequence[Change], last: Change, texts: Texts, yours: str
) -> Missed:
    attribute = cls.attributes[code]
    first = next(change for change in since if code in change.changes)
    return Missed(
        str(attribute.label),
        texts.text(attribute, first.changes[code][0]),
        texts.text(attribute, last.changes[code][1]),
        who(last.account, last.author),
        last.moment,
        yours,
    )


def _beside(missed: Missed) -> str:
    return str(
        _(
            "Stored now: “%(text)s”, by %(author)s, %(moment)s",
            text=missed.now,
            author=missed.author,
            moment=format_datetime(missed.moment, "short"),
        )
    )


def _as_seen(typed: Any) -> str:
    text = str(typed.data or "")
    if isinstance(typed, SelectField):
        return next((str(c.label) for c in typed.choices if c.value == text), text)
    return typed.said(text) if isinstance(typed, FlagField) else text


def _stored(cls: ClassDef, view: ObjectView) -> dict[str, Any]:
    return {a.code: view.values.get(a.code) for a in cls.attributes.values() if a.stored}


def _lost(cls: ClassDef, base: Mapping[str, Any], asked: Sequence[str]) -> list[tuple[str, str]]:
    """What was typed into fields that the form no longer has."""
    lost = []
    for code, texts in request.form.lists():
        text = texts[-1]  # a check stands behind a hidden field
        attribute = cls.attributes.get(code)
        if attribute is None or code in asked or not text.strip():
            continue
        as_shown = field_text(None, attribute, base.get(code))
        with_id = text.endswith(f" #{as_shown}") if as_shown else False
        if unbroken(text) != unbroken(as_shown) and not with_id:
            label = attribute.values.get(text, text) if attribute.values else text
            lost.append((str(attribute.label), str(label)))
    return lost


def _entries(cls: ClassDef, object_id: int, moment: datetime) -> list[tuple[str, LogEntry]]:
    """The entries of the logs since a moment, oldest first."""
    found = [
        (str(attribute.label), entry)
        for attribute in cls.attributes.values()
        if attribute.kind is Kind.LOG
        for entry in logs.entries(object_id, attribute.code)
        if entry.created >= moment
    ]
    return sorted(found, key=lambda one: (one[1].created, one[1].id))
