"""The templates that an agent is offered for a reply, filled in for a ticket."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cti_host import (
    LANGUAGES,
    Agent,
    Caller,
    Ticket,
    current_host,
    current_language,
    masked_text,
    masks_numbers,
)
from cti_tickets.api_for_plugins import ReplyTemplate
from cti_tickets.model.schema import Schema

_HOOK = "reply_templates"
# What stands where a ticket has no value: the agent sees that something is missing.
_MISSING = "…"


@dataclass(frozen=True)
class Choice:
    """A template in a language; `value` is how a form names it."""

    value: str
    label: str
    text: str
    log: str = ""


@dataclass(frozen=True)
class Choices:
    """The templates of a language, in their order; `name` is what the language calls itself."""

    language: str
    name: str
    templates: Sequence[Choice]


def reply_choices(
    schema: Schema,
    ticket: Ticket,
    caller: Caller | None,
    state: str,
    agent: Agent,
    logs: Mapping[str, str],
) -> list[Choices]:
    """The templates for a reply to a ticket, by language, the agent's own first.

    :param state: that of the ticket
    :param logs: those that the agent may add to now
    """
    values = _values(ticket, caller, agent)
    by_language: dict[str, dict[str, Choice]] = {}
    found = current_host().hooks.collect(_HOOK, ReplyTemplate, ticket=ticket, agent=agent)
    for one in found:
        if not _fits(schema, one, ticket.class_name, state, logs):
            continue
        for language, text in one.texts(values).items():
            value = f"{one.source}:{one.name}:{language}"
            choice = Choice(value, str(one.label), text, one.log)
            by_language.setdefault(language, {}).setdefault(value, choice)
    order = [current_language(), *LANGUAGES]
    return [
        Choices(language, LANGUAGES[language], [*by_language[language].values()])
        for language in dict.fromkeys(order)
        if language in by_language
    ]


def choice_of(choices: Sequence[Choices], value: str) -> Choice | None:
    """The template that a form names; `None`: it isn't offered, or no longer."""
    every = (one for group in choices for one in group.templates)
    return next((one for one in every if one.value == value), None)


def with_template(typed: str, template: str) -> str:
    """What was typed, and below it a template."""
    before = typed.rstrip()
    return f"{before}\n\n{template}" if before else template


def _fits(
    schema: Schema, one: ReplyTemplate, class_name: str, state: str, logs: Mapping[str, str]
) -> bool:
    above = schema.ancestors(class_name)
    if one.classes and not any(name in above for name in one.classes):
        return False
    return (not one.states or state in one.states) and (not one.log or one.log in logs)


def _values(ticket: Ticket, caller: Caller | None, agent: Agent) -> dict[str, str]:
    values = {
        "agent": str(agent),
        "caller": caller.headline if caller else "",
        "ref": ticket.ref,
        "title": ticket.title,
    }
    if masks_numbers():
        values = {name: masked_text(text) for name, text in values.items()}
    # A line break in a value would be one in the text of the site.
    return {name: " ".join(text.split()) or _MISSING for name, text in values.items()}
