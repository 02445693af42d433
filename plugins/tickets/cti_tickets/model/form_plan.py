"""Which attributes a form asks for, which it only shows, and which it demands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cti_oql.schema import Kind

from cti_tickets.model.lifecycles.lifecycle import Flag, Transition
from cti_tickets.model.schema import Attribute, ClassDef

# Attributes of a ticket that a form for changing it shows first, besides those of its creation.
_FIRST = ("team_id", "agent_id")
ASKING = Flag.MUST_PROMPT | Flag.MUST_CHANGE
_DEMANDING = Flag.MANDATORY | Flag.MUST_CHANGE


@dataclass(frozen=True)
class FormPlan:
    """The attributes of a form, in order.

    `main` is what everybody sees, `more` what stands behind "More attributes", `logs` come in
    between. Those in `fixed` are only shown; those in `required` have to be filled in.
    """

    main: tuple[str, ...]
    more: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    fixed: frozenset[str] = frozenset()
    required: frozenset[str] = frozenset()

    @property
    def asked(self) -> list[str]:
        """The attributes that can be typed."""
        return [c for c in (*self.main, *self.logs, *self.more) if c not in self.fixed]


def creation_plan(cls: ClassDef, presets: Mapping[str, str] | None = None) -> FormPlan:
    """The form of a new object.

    :param presets: attributes that have a preset: it must be seen, so they are asked for too
    """
    presets = presets or {}
    state = cls.lifecycle.initial if cls.lifecycle else ""
    form = cls.form or [*cls.attributes]
    shown = [code for code in form if _visible(cls, state, code)]
    extra = [code for code in presets if code in cls.attributes and editable(cls, state, code)]
    rare = [code for code in shown if _is_rare(cls, state, code)]
    told = {code for code in extra if presets[code].strip()}
    rare = [code for code in rare if code not in told]
    return _plan(cls, state, [c for c in (*shown, *extra) if c not in rare], rare)


def change_plan(cls: ClassDef, state: str, values: Mapping[str, Any]) -> FormPlan:
    """The form that changes an object: everything that its state lets agents change.

    :param values: the stored values; what can't be changed is shown where there is one
    """
    leading = list(dict.fromkeys([*_FIRST, *(cls.form or cls.attributes)]))
    codes = [code for code in (*leading, *cls.attributes) if code in cls.attributes]
    shown = [
        code
        for code in dict.fromkeys(codes)
        if editable(cls, state, code) or (_visible(cls, state, code) and has_value(values, code))
    ]
    return _plan(
        cls,
        state,
        [code for code in shown if code in leading],
        [code for code in shown if code not in leading],
    )


def transition_plan(cls: ClassDef, way: Transition, values: Mapping[str, Any]) -> FormPlan:
    """The form of a transition: what its target asks for, and what it demands and is empty."""
    flags = cls.lifecycle.asked(way) if cls.lifecycle else {}
    asked = {
        code
        for code, flag in flags.items()
        if _typed(cls.attributes[code])
        and (flag & ASKING or (flag & Flag.MANDATORY and not has_value(values, code)))
    }
    order = [code for code in dict.fromkeys((*_FIRST, *cls.form, *cls.attributes)) if code in asked]
    required = frozenset(
        code for code in order if flags[code] & _DEMANDING or cls.attributes[code].mandatory
    )
    return FormPlan(tuple(order), required=required)


def editable(cls: ClassDef, state: str, code: str) -> bool:
    """Whether a form may change an attribute in a state."""
    return _typed(cls.attributes[code]) and _flag(cls, state, code).editable


def demanded(cls: ClassDef, state: str) -> set[str]:
    """The attributes that a form has to fill in in a state, besides those that always are."""
    if cls.lifecycle is None:
        return set()
    return {
        code
        for code in cls.attributes
        if editable(cls, state, code) and Flag.MANDATORY in _flag(cls, state, code)
    }


def has_value(values: Mapping[str, Any], code: str) -> bool:
    """Whether an object has a value for an attribute."""
    return values.get(code) not in ("", None)


def _plan(cls: ClassDef, state: str, main: list[str], more: list[str]) -> FormPlan:
    logs = [
        code
        for code, attribute in cls.attributes.items()
        if attribute.kind is Kind.LOG and editable(cls, state, code)
    ]
    # The class says in which order its logs come.
    logs.sort(key=lambda code: cls.form.index(code) if code in cls.form else len(cls.form))
    is_log = {code for code, attribute in cls.attributes.items() if attribute.kind is Kind.LOG}
    shown = [code for code in (*main, *more) if code not in is_log]
    always = {code for code in shown if cls.attributes[code].mandatory}
    fixed = frozenset(code for code in shown if not editable(cls, state, code))
    return FormPlan(
        tuple(code for code in dict.fromkeys(main) if code not in is_log),
        tuple(code for code in dict.fromkeys(more) if code not in is_log),
        tuple(logs),
        fixed,
        frozenset((always | demanded(cls, state)) - fixed),
    )


def _is_rare(cls: ClassDef, state: str, code: str) -> bool:
    """Whether few who make a new object need an attribute: it can't be typed yet, or leads to
    another object like this one, such as a ticket above it."""
    attribute = cls.attributes[code]
    if not editable(cls, state, code):
        return True
    return attribute.kind is Kind.KEY and not attribute.mandatory and _is_kin(cls, attribute)


def _is_kin(cls: ClassDef, attribute: Attribute) -> bool:
    """Whether a key of a class leads to objects of its own kind."""
    return attribute.code.startswith("parent_") or attribute.target == cls.name


def _flag(cls: ClassDef, state: str, code: str) -> Flag:
    return cls.lifecycle.flag(state, code) if cls.lifecycle else Flag.NONE


def _visible(cls: ClassDef, state: str, code: str) -> bool:
    return (
        cls.attributes[code].kind not in (Kind.EXTERNAL, Kind.IMAGE, Kind.SET)
        and Flag.HIDDEN not in _flag(cls, state, code)
    )  # fmt: skip


def _typed(attribute: Attribute) -> bool:
    return attribute.storable and not attribute.read_only
