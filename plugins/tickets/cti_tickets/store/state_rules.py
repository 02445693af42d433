"""What forms have to keep to besides the data model: the life cycle of the object.

An import and other programs don't: for them data is what it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cti_oql.schema import Kind
from flask_babel import gettext as _

from cti_tickets.model.data_model import model_of
from cti_tickets.model.form_plan import FormPlan, demanded, editable, has_value, transition_plan
from cti_tickets.model.lifecycles.lifecycle import Flag, Transition
from cti_tickets.model.schema import ClassDef

# Takes the stored values (none for a new object) and all values as they would be; returns a
# message for each attribute that breaks a rule.
Rules = Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, str]]


def creating(cls: ClassDef) -> Rules:
    """The rules of the form of a new object."""

    def broken(before: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
        state = cls.lifecycle.initial if cls.lifecycle else ""
        return _missing(cls, demanded(cls, state), row)

    return broken


def editing(cls: ClassDef) -> Rules:
    """The rules of the form that changes an object in the state in which it is."""

    def broken(before: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
        if cls.lifecycle is None:
            return {}
        state = str(before[cls.lifecycle.attribute])
        label = cls.attributes[cls.lifecycle.attribute].values.get(state, state)
        changed = {code for code in row if row[code] != before.get(code)}
        # A log's value is what is added to it.
        fixed = {
            code: _("can't be changed in the state “%(state)s”", state=label)
            for code in changed
            if has_value(row, code) or has_value(before, code)
            if not editable(cls, state, code)
        }
        return {**_missing(cls, demanded(cls, state), row), **fixed}

    return broken


def entering(cls: ClassDef, way: Transition) -> Rules:
    """The rules of the form of a transition."""

    def broken(before: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, str]:
        flags = cls.lifecycle.asked(way) if cls.lifecycle else {}
        required = set(transition_plan(cls, way, before).required)
        unchanged = {
            code: _("must be changed")
            for code, flag in flags.items()
            if Flag.MUST_CHANGE in flag and row.get(code) == before.get(code)
        }
        return {**unchanged, **_missing(cls, required, row)}

    return broken


def relaxed(cls: ClassDef, plan: FormPlan) -> FormPlan:
    """A form's plan that doesn't demand what can't be chosen."""
    return replace(plan, required=plan.required - _optional_now(cls))


def _optional_now(cls: ClassDef) -> set[str]:
    """The keys that nobody has to fill in as long as there is nothing to choose."""
    keys = cls.lifecycle.optional_if_none if cls.lifecycle else frozenset()
    return {code for code in keys if not _any(cls.attributes[code].target)}


def _missing(cls: ClassDef, codes: set[str], row: Mapping[str, Any]) -> dict[str, str]:
    empty = {code for code in codes if not has_value(row, code)}
    if empty:
        empty -= _optional_now(cls)
    # A log is never empty: it is only added to.
    return {code: _("is required") for code in empty if cls.attributes[code].kind is not Kind.LOG}


def _any(class_name: str) -> bool:
    model: Any = model_of(class_name)
    return bool(model.select().exists())
