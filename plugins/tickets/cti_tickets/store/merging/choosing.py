"""Of two objects that become one: which values stay, and which numbers stay besides."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cti_oql.schema import Kind

from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.history.change import plain
from cti_tickets.store.values import Raw, number_of


@dataclass(frozen=True)
class Chosen:
    """What the object that stays is to have.

    :param values: what changes, by attribute code
    :param lost: the numbers that are not kept, with the attribute of the other object: there is no
        room for them
    """

    values: Mapping[str, Raw]
    lost: Sequence[tuple[Attribute, str]] = ()


def differing(
    cls: ClassDef, kept: Mapping[str, Any], merged: Mapping[str, Any], ids: Collection[int]
) -> list[Attribute]:
    """The attributes of which one value has to be chosen, in the order of the form.

    A key to one of both objects is not one of them: that would be a key to itself.

    :param kept: what is stored of the object that stays
    :param merged: of the other one
    :param ids: the ids of both
    """
    order = [*cls.form, *cls.attributes]
    found = [
        attribute
        for attribute in cls.attributes.values()
        if attribute.stored and attribute.storable and not attribute.read_only
        if attribute.kind is not Kind.LOG
        if _value(attribute, kept, ids, cls) != _value(attribute, merged, ids, cls)
    ]
    return sorted(found, key=lambda attribute: order.index(attribute.code))


def preferred(
    cls: ClassDef, kept: Mapping[str, Any], merged: Mapping[str, Any], ids: Collection[int]
) -> set[str]:
    """The attributes of which the other object's value is proposed: this one has none."""
    return {
        attribute.code
        for attribute in differing(cls, kept, merged, ids)
        if _value(attribute, kept, ids, cls) is None
    }


def gathered(
    cls: ClassDef, kept: Mapping[str, Any], merged: Mapping[str, Any], ids: Collection[int]
) -> set[str]:
    """The attributes of which both texts can be kept: both objects have one, and they gather."""
    return {
        attribute.code
        for attribute in differing(cls, kept, merged, ids)
        if attribute.gathers and kept.get(attribute.code) and merged.get(attribute.code)
    }


def choose(
    cls: ClassDef,
    kept: Mapping[str, Any],
    merged: Mapping[str, Any],
    ids: Collection[int],
    others: Collection[str],
    *,
    numbers: bool,
    both: Collection[str] = (),
) -> Chosen:
    """What the object that stays is to have.

    :param others: the attributes of which it gets the other object's value
    :param both: those of which it gets the other object's text below its own
    :param numbers: whether it keeps all other numbers, too
    """
    values: dict[str, Raw] = {
        attribute.code: plain(merged.get(attribute.code))
        for attribute in differing(cls, kept, merged, ids)
        if attribute.code in others
    }
    for code in gathered(cls, kept, merged, ids).intersection(both):
        values[code] = f"{kept[code]}\n\n{merged[code]}"
    if not numbers:
        return Chosen(values)
    phones = [a for a in cls.attributes.values() if a.kind is Kind.PHONE and not a.read_only]
    texts = {a.code: str(values.get(a.code, kept.get(a.code)) or "") for a in phones}
    lost = []
    for attribute, text in _numbers(phones, kept, merged):
        known = {key for one in texts.values() for key in _keys(one)}
        if _keys(text) <= known:
            continue
        placed = _placed(phones, texts, text, _keys(text) | known)
        if placed is None:
            lost.append((attribute, text))
        else:
            texts[placed[0]] = values[placed[0]] = placed[1]
    return Chosen(values, lost)


def _value(
    attribute: Attribute, values: Mapping[str, Any], ids: Collection[int], cls: ClassDef
) -> Any:
    """A value to compare; `None` for an empty one, a no, and for a key to one of both objects."""
    value = values.get(attribute.code)
    if value in ("", None) or (attribute.kind is Kind.BOOLEAN and not value):
        return None
    own = attribute.kind is Kind.KEY and attribute.target in (cls.name, cls.parent)
    return None if own and value in ids else value


def _numbers(
    phones: Sequence[Attribute], *objects: Mapping[str, Any]
) -> Iterator[tuple[Attribute, str]]:
    for values in objects:
        for attribute in phones:
            text = str(values.get(attribute.code) or "").strip()
            if text:
                yield attribute, text


def _placed(
    phones: Sequence[Attribute], texts: Mapping[str, str], text: str, wanted: Collection[str]
) -> tuple[str, str] | None:
    """The field that has room for a further number, and what it holds then; `None`: none has.

    A field that is free, else one behind whose number it is found as well.
    """
    for attribute in phones:
        if not texts[attribute.code]:
            return attribute.code, text
    for attribute in phones:
        both = f"{texts[attribute.code]} / {text}"
        fits = attribute.max_length is None or len(both) <= attribute.max_length
        of_others = {k for c, one in texts.items() if c != attribute.code for k in _keys(one)}
        if fits and {*wanted} <= _keys(both) | of_others:
            return attribute.code, both
    return None


def _keys(text: str) -> set[str]:
    """What a phone text is found by; one that nobody can read, by itself."""
    if not text:
        return set()
    number = number_of(text)
    return {*number.indexed} if number is not None else {text}
