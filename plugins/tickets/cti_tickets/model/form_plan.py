"""Which attributes a form asks for, which it only shows, and which it demands."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

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

    @cached_property
    def asked(self) -> Sequence[str]:
        """The attributes that can be typed."""
        return tuple(c for c in (*self.main, *self.logs, *self.more) if c not in self.fixed)


def creation_plan(cls: ClassDef, presets: Mapping[str, str] | None = None) -> FormPlan:
    """The form of a new object.

    :param presets: attributes that have a preset: it must be seen, so they are asked for too
    """
    presets = presets or {}
    state = cls.lifecycle.initial if cls.lifecycle else ""
    known: tuple[list[str], list[str]] | None = cls.kept.get("creation")
    if known is None:
        form = [code for code in cls.form or cls.attributes if _visible(cls, state, code)]
        known = cls.kept["creation"] = form, [c for c in form if _is_rare(cls, state, c)]
    shown, rare = known
    extra = [code for code in presets if code in cls.attributes and editable(cls, state, code)]
    told = {code for code in extra if presets[code].strip()}
    rare = [code for code in rare if code not in told]
    return _plan(cls, state, [c for c in (*shown, *extra) if c not in rare], rare)


def change_plan(cls: ClassDef, state: str, values: Mapping[str, Any]) -> FormPlan:
    """The form that changes an object: everything that its state lets agents change.

    :param values: the stored values; what can't be changed is shown where there is one
    """
    leading = list(dict.fromkeys([*_FIRST, *(cls.form or cls.attributes)]))
    codes = [code for code in (*leading, *cls.attributes) if code in cls.attributes]
    may = _codes_of_state(cls, state).editable
    shown = [
        code
        for code in dict.fromkeys(codes)
        if code in may or (_visible(cls, state, code) and has_value(values, code))
    ]
    return _plan(
        cls,
        state,
        [code for code in shown if code in leading],
        [code for code in shown if code not in leading],
    )


def transition_plan(cls: ClassDef, way: Transition, values: Mapping[str, Any]) -> FormPlan:
    """The form of a transition: what its target asks for, and what it demands and is empty."""
    key = ("way", way.source, way.stimulus, way.target)
    known: _WayCodes | None = cls.kept.get(key)
    if known is None:
        known = cls.kept[key] = _codes_of_way(cls, way)
    order = tuple(c for c in known.order if c in known.asked or not has_value(values, c))
    return FormPlan(order, required=known.required.intersection(order))


def editable(cls: ClassDef, state: str, code: str) -> bool:
    """Whether a form may change an attribute in a state."""
    return code in _codes_of_state(cls, state).editable


def hidden(cls: ClassDef, state: str, code: str) -> bool:
    """Whether a form hides an attribute in a state."""
    return code in _codes_of_state(cls, state).hidden


def demanded(cls: ClassDef, state: str) -> frozenset[str]:
    """The attributes that a form has to fill in in a state, besides those that always are."""
    return _codes_of_state(cls, state).demanded


def has_value(values: Mapping[str, Any], code: str) -> bool:
    """Whether an object has a value for an attribute."""
    return values.get(code) not in ("", None)


class _StateCodes(NamedTuple):
    """What a state lets forms do with the attributes of a class.

    :param logs: those logs that can be added to, in the order of the class's form
    """

    editable: frozenset[str]
    hidden: frozenset[str]
    demanded: frozenset[str]
    logs: tuple[str, ...]


class _WayCodes(NamedTuple):
    """What a transition asks for: some in any case, the others where they are empty.

    :param order: all of them
    """

    order: tuple[str, ...]
    asked: frozenset[str]
    required: frozenset[str]


def _codes_of_state(cls: ClassDef, state: str) -> _StateCodes:
    """See `_StateCodes`; worked out once: flags are slow, and a page asks for hundreds."""
    # A row may have a state that there is not, by mistake: all of them are alike.
    state = state if cls.lifecycle is None or state in cls.lifecycle.states else ""
    known: _StateCodes | None = cls.kept.get(("state", state))
    if known is None:
        flags = {code: _flag(cls, state, code) for code in cls.attributes}
        may = {c for c, flag in flags.items() if _typed(cls.attributes[c]) and flag.editable}
        known = cls.kept["state", state] = _StateCodes(
            frozenset(may),
            frozenset(code for code, flag in flags.items() if Flag.HIDDEN in flag),
            frozenset(code for code in may if Flag.MANDATORY in flags[code]),
            _logs(cls, may),
        )
    return known


def _logs(cls: ClassDef, may: Collection[str]) -> tuple[str, ...]:
    logs = [code for code, attribute in cls.attributes.items() if attribute.kind is Kind.LOG]
    # The class says in which order its logs come.
    place = {code: number for number, code in enumerate(cls.form)}
    return tuple(sorted((c for c in logs if c in may), key=lambda c: place.get(c, len(place))))


def _codes_of_way(cls: ClassDef, way: Transition) -> _WayCodes:
    flags = cls.lifecycle.asked(way) if cls.lifecycle else {}
    asked = {
        code
        for code, flag in flags.items()
        if _typed(cls.attributes[code]) and flag & (ASKING | Flag.MANDATORY)
    }
    order = [code for code in dict.fromkeys((*_FIRST, *cls.form, *cls.attributes)) if code in asked]
    return _WayCodes(
        tuple(order),
        frozenset(code for code in order if flags[code] & ASKING),
        frozenset(c for c in order if flags[c] & _DEMANDING or cls.attributes[c].mandatory),
    )


def _plan(cls: ClassDef, state: str, main: list[str], more: list[str]) -> FormPlan:
    known = _codes_of_state(cls, state)
    attributes = cls.attributes
    main = [code for code in dict.fromkeys(main) if attributes[code].kind is not Kind.LOG]
    more = [code for code in dict.fromkeys(more) if attributes[code].kind is not Kind.LOG]
    shown = (*main, *more)
    always = {code for code in shown if attributes[code].mandatory}
    fixed = frozenset(shown) - known.editable
    required = frozenset((always | known.demanded) - fixed)
    return FormPlan(tuple(main), tuple(more), known.logs, fixed, required)


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
    shown = cls.attributes[code].kind not in (Kind.EXTERNAL, Kind.IMAGE, Kind.SET)
    return shown and not hidden(cls, state, code)


def _typed(attribute: Attribute) -> bool:
    return attribute.storable and not attribute.read_only
