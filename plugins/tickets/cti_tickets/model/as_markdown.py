"""The data model as a page of Markdown: docs/data-model.md is made with it."""

from __future__ import annotations

from collections.abc import Iterator

from cti_oql.schema import Kind

from cti_host import LANGUAGES, Localised
from cti_tickets.model.lifecycles.lifecycle import LifeCycle
from cti_tickets.model.schema import Attribute, ClassDef, Schema

_LANGUAGES = " | ".join(LANGUAGES.values())

INTRODUCTION = """\
# Data model

<!-- Made from the models: cti-host data model > docs/data-model.md -->

The classes of the plugin *tickets*, as forms, lists, queries ([OQL](oql.md)) and imports know them.
They are those of iTop's ITIL data model, so that its objects can be [imported](import-export.md)
with their ids and references. `cti-host data model` prints this page for your own host, with the
classes and attributes that [plugins add](writing-a-plugin.md#add-a-class-of-your-own); with
`--json` it is for programs.

Every object has an `id`, a whole number from 1. Besides the attributes below, queries know
`friendlyname` (the name of an object), `finalclass` (its own class, where a class has children),
`obsolescence_flag`, and for each key `caller_id` also `caller_id_friendlyname`,
`caller_id_obsolescence_flag` and `caller_id_finalclass_recall`.

| kind | what it holds |
|---|---|
| string | one line, at most 255 characters |
| text | several lines |
| html | several lines, plain or HTML; a plain text that looks like HTML is escaped, in a `pre` |
| email, phone | one line in that form; a phone number is found however it was written |
| enum | one of some codes |
| key | the id of another object; 0 or nothing: none |
| external | read-only: an attribute of the object behind a key |
| date, datetime | a day; a moment in UTC |
| integer, duration, boolean | a whole number; seconds; 1 or 0 |
| log | dated entries, only ever added |
| set | the objects whose key leads here; not in queries |
| image | not kept, not in queries |

When the object behind a key is deleted, the key is emptied (*reset*), or this object is deleted too
(*auto*), or the deletion is refused (*manual*).

Tickets have a life cycle: states, and stimuli that lead from one to the next. A stimulus with a
star is internal: it has no button. A table says what each state says of an attribute: **H** hidden
in forms, **R** read-only, **M** mandatory, **P** asked for when the state is entered, **C** must
change then. Forms keep to it; an import doesn't, data is what it is.
"""


def model_as_markdown(schema: Schema) -> str:
    """The page for a schema, ending in a line feed."""
    lines = [INTRODUCTION, "## Classes", ""]
    lines += [
        f"| class | {_LANGUAGES} | parent | name | order |",
        "|---" * (len(LANGUAGES) + 4) + "|",
    ]
    for cls in schema:
        lines.append(
            f"| [{cls.name}](#{cls.name.lower()}){' (abstract)' if cls.abstract else ''}"
            f" | {_in_each(cls.label, ' | ')} | {cls.parent}"
            f" | {_name(cls)} | {cls.order} |"
        )
    for cls in schema:
        lines += ["", *_class(schema, cls)]
    return "\n".join(lines) + "\n"


def _class(schema: Schema, cls: ClassDef) -> Iterator[str]:
    yield f"## {cls.name}"
    yield ""
    yield f"{_in_each(cls.label, ' · ')}. Table `{cls.table}`."
    inherited = schema[cls.parent].attributes if cls.parent else {}
    if cls.parent:
        yield f"All attributes of [{cls.parent}](#{cls.parent.lower()}), and:"
    if cls.reconciliation:
        codes = ", ".join(f"`{code}`" for code in cls.reconciliation)
        yield f"Other programs recognise an object by {codes}."
    if cls.obsolete:
        yield f"Obsolete when `{cls.obsolete[0]}` is `{cls.obsolete[1]}`."
    own = [a for a in cls.attributes.values() if inherited.get(a.code) != a]
    if own:
        yield ""
        yield f"| attribute | kind | {_LANGUAGES} | |"
        yield "|---" * (len(LANGUAGES) + 3) + "|"
        for attribute in own:
            yield (
                f"| `{attribute.code}` | {attribute.kind} | {_in_each(attribute.label, ' | ')}"
                f" | {'; '.join(_notes(attribute))} |"
            )
    if cls.form:
        yield ""
        yield "Form: " + ", ".join(f"`{code}`" for code in cls.form) + "."
    if cls.lifecycle:
        yield from _life_cycle(cls, cls.lifecycle)


def _notes(attribute: Attribute) -> Iterator[str]:
    if attribute.mandatory:
        yield "mandatory"
    if attribute.read_only and attribute.storable:
        yield "read-only"
    if attribute.default:
        yield f"default `{attribute.default}`"
    if attribute.column and not attribute.stored:
        yield f"the same as `{attribute.column}`"
    if attribute.kind is Kind.KEY:
        tree = ", a tree" if attribute.hierarchical else ""
        yield f"→ [{attribute.target}](#{attribute.target.lower()}) ({attribute.on_delete}{tree})"
    if attribute.kind is Kind.EXTERNAL:
        yield f"`{attribute.via}.{attribute.target_attribute}`"
    if attribute.kind is Kind.SET:
        target = attribute.target
        yield f"[{target}](#{target.lower()}) by `{attribute.via}`" if target else "always empty"
    if attribute.values:
        yield ", ".join(
            f"`{code}` {_in_each(text, ' / ')}" for code, text in attribute.values.items()
        )


def _life_cycle(cls: ClassDef, life: LifeCycle) -> Iterator[str]:
    labels = cls.attributes[life.attribute].values
    yield ""
    yield f"### Life cycle of {cls.name}"
    yield ""
    yield f"| state | {_LANGUAGES} | stimulus → state |"
    yield "|---" * (len(LANGUAGES) + 2) + "|"
    for state in life.states:
        stars = {s.code: "\\*" if s.internal else "" for s in life.stimuli.values()}
        ways = ", ".join(
            f"{way.stimulus}{stars[way.stimulus]} → {way.target}"
            for way in life.transitions
            if way.source == state
        )
        text = labels[state]
        yield f"| `{state}` | {_in_each(text, ' | ')} | {ways} |"
    yield ""
    used = {way.stimulus for way in life.transitions}
    yield (
        "Stimuli: "
        + "; ".join(
            f"`{s.code}` {_in_each(s.label, ' / ')}"
            for s in life.stimuli.values()
            if s.code in used
        )
        + "."
    )
    yield ""
    for watch, running in life.watches.items():
        names = ", ".join(f"`{state}`" for state in life.states if state in running)
        yield f"The stop-watch `{watch}` runs in {names}."
    if life.watches:
        yield ""
    yield "| attribute | " + " | ".join(life.states) + " |"
    yield "|---|" + "---|" * len(life.states)
    for code in cls.attributes:
        row = [life.flag(state, code).letters for state in life.states]
        if any(row) and life.shows(code):
            yield f"| `{code}` | " + " | ".join(row) + " |"


def _name(cls: ClassDef) -> str:
    blank = cls.friendlyname_separator == " "
    return (" + " if blank else f' + "{cls.friendlyname_separator}" + ').join(cls.friendlyname)


def _in_each(text: Localised, separator: str) -> str:
    return separator.join(text.in_language(code).replace("|", "\\|") for code in LANGUAGES)
