"""The values of an object, as HTML."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from cti_host import escaped, form_token, icon
from cti_host import translate as _
from cti_tickets.facts import Fact


def facts_of(facts: Iterable[Fact]) -> Markup:
    """The lines of a list of facts, what each is called and its value."""
    return Markup("".join([_line(fact) for fact in facts]))  # noqa: S704 -- every value is escaped


def value_of(fact: Fact) -> Markup:
    """The value of a fact, with where it leads."""
    return Markup(_value(fact))  # noqa: S704 -- every value is escaped


def texts_of(facts: Iterable[Fact]) -> Markup:
    """Long texts, each as a section under its heading."""
    sections = []
    for fact in facts:
        label = escaped(fact.label)
        sections.append(
            f'<section class="cti-desk-text" aria-label="{label}">\n'
            f"  <h2>{label}</h2>\n  {_value(fact)}\n</section>\n"
        )
    return Markup("".join(sections))  # noqa: S704 -- every value is escaped


def _line(fact: Fact) -> str:
    kind = ' class="cti-fact-long"' if fact.long else ""
    return f"<div{kind}><dt>{escaped(fact.label)}</dt><dd>{_value(fact)}</dd></div>\n"


def _value(fact: Fact) -> str:
    text = escaped(fact.text)
    if fact.url:
        return f'<a href="{escaped(fact.url)}">{text}</a>'
    if fact.numbers:
        links = [
            f'<br><a href="{escaped(url)}">{escaped(number)}</a>' for number, url in fact.numbers
        ]
        return f'<span class="cti-pre">{text}</span>{"".join(links)}'
    if fact.call:
        call = _("Call")
        return (
            f'<form class="cti-dial d-inline" method="post" action="{escaped(fact.call)}">'
            f'<input type="hidden" name="csrf_token" value="{form_token()}">'
            f'<button class="btn btn-link p-0" aria-label="{call} {escaped(fact.label)} {text}">'
            f"{text} {icon('telephone')}</button></form>"
        )
    if fact.html:
        return f'<div class="cti-markup">{fact.html}</div>'
    return f'<span class="cti-pre">{text}</span>'
