"""The views of a list for programs: which there are, and what a list is asked for by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from cti_oql.schema import Kind
from flask import url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from cti_host import Agent
from cti_tickets.api.fields import readable
from cti_tickets.api.problems import ApiProblem
from cti_tickets.facts import list_url
from cti_tickets.model.list_plan import filter_attribute, is_moment, sortable_of
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.store.listing.ready_made import ready_made
from cti_tickets.store.listing.saved_views import default_of, views_of

VIEW = "view"
_FLAGS = {"1": "true", "0": "false"}
_DAYS = ("_from", "_until")


@dataclass(frozen=True)
class ListView:
    """A view of a list.

    :param key: what the parameter `view` calls it
    :param kind: "ready-made", "own" or "shared"
    :param arguments: what the address of its page says
    :param parameters: the same, as a program says it
    :param gone: what the view names and the list can't have, or not any more
    """

    key: str
    name: str
    kind: str
    arguments: Mapping[str, str]
    parameters: Mapping[str, str]
    gone: tuple[str, ...]


def list_views(schema: Schema, cls: ClassDef, agent: Agent) -> list[ListView]:
    """The views that an agent sees of the list of a class: the ready-made ones first."""
    views = [
        _view(schema, cls, made.name, made.label, "ready-made", made.arguments)
        for made in ready_made(schema, cls)
    ]
    for view in views_of(agent, cls.name):
        kind = "own" if view.own else "shared"
        views.append(_view(schema, cls, str(view.id), view.name, kind, view.arguments))
    return views


def as_json(cls: ClassDef, views: list[ListView], agent: Agent) -> list[dict[str, Any]]:
    """Views as programs read them."""
    begins = default_of(agent, cls.name)
    return [
        {
            "view": view.key,
            "name": view.name,
            "kind": view.kind,
            "begins": view.key == begins,
            "parameters": dict(view.parameters),
            "gone": [*view.gone],
            "href": url_for("tickets.api_objects", class_name=cls.name, view=view.key),
            "page": list_url(cls, {**view.arguments, VIEW: view.key}),
        }
        for view in views
    ]


def with_view(
    schema: Schema, cls: ClassDef, agent: Agent, args: MultiDict[str, str]
) -> MultiDict[str, str]:
    """What an address asks for that names a view: what the view says, and what else it says itself.

    :raises ApiProblem: the agent sees no such view, or it names what the list can't have
    """
    key = args[VIEW]
    view = next((one for one in list_views(schema, cls, agent) if one.key == key), None)
    message = ""
    if view is None:
        message = _("there is no such view, or no longer")
    elif view.gone:
        names = ", ".join(view.gone)
        message = _("names what this list can't have, or not any more: %(names)s", names=names)
    if view is None or message:
        raise ApiProblem(HTTPStatus.BAD_REQUEST, _("A parameter is wrong."), {VIEW: message})
    said = {name: text for name, text in args.items() if name != VIEW}
    return MultiDict({**view.parameters, **said})


def _view(
    schema: Schema, cls: ClassDef, key: str, name: str, kind: str, arguments: Mapping[str, str]
) -> ListView:
    parameters: dict[str, str] = {}
    gone: list[str] = []
    for code, text in arguments.items():
        if code == "columns":
            # What a page makes of several attributes has no value of its own.
            known = {attribute.code for attribute in readable(cls)}
            fields = [column for column in text.split(",") if column in known]
            parameters |= {"fields": ",".join(fields)} if fields else {}
        elif code == "sort":
            sortable = (*sortable_of(schema, cls), "id")
            if text.removeprefix("-") in sortable:
                parameters[code] = text
            else:
                gone.append(text.removeprefix("-"))
        elif code == "q" or _is_filter(cls, code):
            attribute = cls.attributes.get(code)
            is_flag = attribute is not None and attribute.kind is Kind.BOOLEAN
            parameters[code] = _FLAGS.get(text, text) if is_flag else text
        else:
            gone.append(code)
    return ListView(key, name, kind, arguments, parameters, tuple(gone))


def _is_filter(cls: ClassDef, name: str) -> bool:
    found = filter_attribute(cls, name)
    if found is not None:
        return not is_moment(found)
    code = next((name.removesuffix(end) for end in _DAYS if name.endswith(end)), "")
    of_days = filter_attribute(cls, code)
    return of_days is not None and is_moment(of_days)
