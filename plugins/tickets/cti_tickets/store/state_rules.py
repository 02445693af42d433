"""What forms have to keep to besides the data model: the life cycle of the object.

An import and other programs don't: for them data is what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_host import database
from cti_tickets.model.data_model import schema
from cti_tickets.model.form_plan import (
    ASKING,
    FormPlan,
    demanded,
    editable,
    has_value,
    transition_plan,
)
from cti_tickets.model.lifecycles.lifecycle import Flag, Transition
from cti_tickets.model.schema import ClassDef
from cti_tickets.store.any_objects import any_ids
from cti_tickets.store.fitting import misfits
from cti_tickets.store.questions import Questions
from cti_tickets.store.values import default_of

# Takes the stored values (none for a new object), all values as they would be, and what else will
# be asked; returns a message for each attribute that breaks a rule.
Rules = Callable[[Mapping[str, Any], Mapping[str, Any], Questions], Mapping[str, str]]


def creating(cls: ClassDef) -> Rules:
    """The rules of the form of a new object."""

    def broken(
        before: Mapping[str, Any], row: Mapping[str, Any], questions: Questions
    ) -> dict[str, str]:
        if cls.lifecycle is None:
            return misfits(cls, row, row, questions)
        state = cls.lifecycle.initial
        given = {code for code in row if row[code] != default_of(cls.attributes[code])}
        missing = _missing(cls, demanded(cls, state), row)
        return {**misfits(cls, row, given, questions), **missing, **_fixed(cls, state, given)}

    return broken


def editing(cls: ClassDef) -> Rules:
    """The rules of the form that changes an object in the state in which it is."""

    def broken(
        before: Mapping[str, Any], row: Mapping[str, Any], questions: Questions
    ) -> dict[str, str]:
        changed = _changed(before, row)
        if cls.lifecycle is None:
            return misfits(cls, row, changed, questions)
        state = str(before[cls.lifecycle.attribute])
        missing = _missing(cls, demanded(cls, state), row)
        return {**misfits(cls, row, changed, questions), **missing, **_fixed(cls, state, changed)}

    return broken


def entering(cls: ClassDef, way: Transition) -> Rules:
    """The rules of the form of a transition."""

    def broken(
        before: Mapping[str, Any], row: Mapping[str, Any], questions: Questions
    ) -> dict[str, str]:
        if cls.lifecycle is None:
            return {}
        flags = cls.lifecycle.asked(way)
        # What the transition itself sets or empties, and what its form asks for.
        own = {cls.lifecycle.attribute, *way.resets}
        own |= {code for code, flag in flags.items() if flag & (ASKING | Flag.MANDATORY)}
        fixed = _fixed(cls, way.target, _changed(before, row) - own)
        required = set(transition_plan(cls, way, before).required)
        unchanged = {
            code: _("must be changed")
            for code, flag in flags.items()
            if Flag.MUST_CHANGE in flag and row.get(code) == before.get(code)
        }
        unfit = misfits(cls, row, _changed(before, row), questions)
        return {**unfit, **unchanged, **_missing(cls, required, row), **fixed}

    return broken


def relaxed(
    cls: ClassDef, plan: FormPlan, is_any: Callable[[str], bool | None] = lambda _name: None
) -> FormPlan:
    """A form's plan that doesn't demand what can't be chosen.

    :param is_any: whether there is an object of a class, as far as the form knows it already
    """
    optional = _optional_now(cls, plan.required, is_any)
    return replace(plan, required=plan.required - optional) if optional else plan


def _optional_now(
    cls: ClassDef, codes: Set[str], is_any: Callable[[str], bool | None] = lambda _name: None
) -> set[str]:
    """The keys, of some, that nobody has to fill in as long as there is nothing to choose."""
    keys = cls.lifecycle.optional_if_none if cls.lifecycle else frozenset()
    found = set()
    for code in keys & codes:
        target = cls.attributes[code].target
        known = is_any(target)
        if not (_any(target) if known is None else known):
            found.add(code)
    return found


def _changed(before: Mapping[str, Any], row: Mapping[str, Any]) -> set[str]:
    """The attributes that get another value; a log's value is what is added to it."""
    return {
        code
        for code in row
        if row[code] != before.get(code) and (has_value(row, code) or has_value(before, code))
    }


def _fixed(cls: ClassDef, state: str, given: set[str]) -> dict[str, str]:
    """Messages for what was given and can't be in a state."""
    own = cls.lifecycle.attribute if cls.lifecycle else ""
    label = cls.attributes[own].values.get(state, state) if own else state
    return {
        code: _("can't be changed in the state “%(state)s”", state=label)
        for code in given
        if not editable(cls, state, code)
    }


def _missing(cls: ClassDef, codes: Set[str], row: Mapping[str, Any]) -> dict[str, str]:
    empty = {code for code in codes if not has_value(row, code)}
    if empty:
        empty -= _optional_now(cls, empty)
    # A log is never empty: it is only added to.
    return {code: _("is required") for code in empty if cls.attributes[code].kind is not Kind.LOG}


def _any(class_name: str) -> bool:
    return bool(any_ids(database.obj, schema(), class_name, 1))
