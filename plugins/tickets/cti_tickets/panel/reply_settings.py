"""The reply templates of a site, from its settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cti_oql.schema import Kind
from pydantic import BaseModel, ConfigDict, model_validator

from cti_host import BadSetting, Host, Localised, bad_settings, did_you_mean, with_labels
from cti_tickets.api_for_plugins import ReplyTemplate
from cti_tickets.model import SOURCE
from cti_tickets.model.form_plan import editable
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.reply_texts import check_text

_TICKET = "Ticket"


class ReplyTemplateSettings(BaseModel):
    """An entry of `[plugin.tickets.reply_templates]`.

    :param label: what agents choose it by; "label/FR FR" in French
    :param text: what goes into the box; "text/FR FR" in French
    :param classes: of which tickets; empty: of all
    :param states: in which states; empty: in all
    :param log: for which log; empty: for the one that the agent has chosen
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    label: Localised
    text: Localised
    classes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    log: str = ""

    @model_validator(mode="before")
    @classmethod
    def _collect_texts(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        mistakes: list[tuple[tuple[str], BadSetting]] = []
        for key, text in data.items():
            if isinstance(text, str) and text.strip() and key.partition("/")[0] == "text":
                try:
                    check_text(text)
                except BadSetting as mistake:
                    mistakes.append(((key,), mistake))
        if mistakes:
            raise bad_settings(mistakes)
        return with_labels(with_labels(data), "text")


def reply_templates_of(
    host: Host, schema: Schema, settings: Mapping[str, ReplyTemplateSettings]
) -> list[ReplyTemplate]:
    """The templates of the settings; each class, state and log that isn't there is reported."""
    found = []
    for name, one in settings.items():
        place = ("plugin", SOURCE, "reply_templates", name)
        classes = _classes(host, schema, (*place, "classes"), one.classes)
        states = {state for cls in classes if cls.lifecycle for state in cls.lifecycle.states}
        for position, state in enumerate(one.states):
            if classes and state not in states:
                message = f"no ticket of these classes is ever in the state {state!r}"
                host.problem((*place, "states", position), message, did_you_mean(state, states))
        logs = {code for cls in classes for code in _logs(cls, one.states)}
        if one.log and classes and one.log not in logs:
            message = f"no such ticket has a log {one.log!r} that agents write in"
            host.problem((*place, "log"), message, did_you_mean(one.log, logs))
        found.append(ReplyTemplate(name, one.label, one.text, one.classes, one.states, one.log))
    return found


def _classes(
    host: Host, schema: Schema, place: tuple[str, ...], names: Sequence[str]
) -> list[ClassDef]:
    """The classes of tickets that a template is for; none: one of its names is wrong."""
    known = [cls.name for cls in schema if schema.is_a(cls.name, _TICKET)]
    wrong = [(position, name) for position, name in enumerate(names) if name not in known]
    for position, name in wrong:
        message = f"there is no class {name!r} of tickets"
        host.problem((*place, position), message, did_you_mean(name, known))
    if wrong:
        return []
    return [schema[one] for name in names or (_TICKET,) for one in schema.concrete(name)]


def _logs(cls: ClassDef, states: Sequence[str]) -> list[str]:
    """The logs that agents add to in one of some states; without any, in any state."""
    life = cls.lifecycle
    every = [state for state in life.states if state in states or not states] if life else [""]
    codes = [code for code, one in cls.attributes.items() if one.kind is Kind.LOG]
    return [code for code in codes if any(editable(cls, state, code) for state in every)]
