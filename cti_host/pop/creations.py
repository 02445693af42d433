"""The pre-filled forms that a call leads to: the buttons of the panel, and where they lead."""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from flask import has_request_context

from cti_host.context_values import context_values
from cti_host.host import Host
from cti_host.pop.addresses import panel_url
from cti_host.pop.search import ALL, Search
from cti_host.web.rendering import address_of
from cti_host.web.rendering import gettext as _


@dataclass(frozen=True)
class Creation:
    """A button that opens a pre-filled form."""

    class_name: str
    label: str
    path: str


def creations_of(host: Host, found: Search) -> list[Creation]:
    """The buttons of a panel that open a pre-filled form."""
    # Whom a form would create may be in the data, where nobody could be looked up.
    but = caller_classes(host) if found.failed else frozenset[str]()
    return [
        Creation(class_name, _("Create a new %(cls)s", cls=label), path)
        for class_name, label, path in creatable(host, but)
    ]


def creatable(host: Host, but: Container[str] = ()) -> Iterator[tuple[str, str, str]]:
    """What the agent may create for a call: class, its label, and where its form is.

    :param but: classes that are left out
    """
    for class_name, creation in host.settings.indirect_creation.items():
        if not creation.enabled or class_name in but:
            continue
        label = host.hooks.class_label(class_name)
        if label is not None and may_create(host, class_name):
            yield class_name, label, address_of("cti_host.create", class_name=class_name)


def caller_classes(host: Host) -> frozenset[str]:
    """The classes of the persons whom plugins look up."""
    return frozenset(name for names in host.known_names.values() for name in names.caller_classes)


def creation_target(
    host: Host, found: Search, class_name: str, selected: str, *, direct: bool
) -> str | None:
    """Where the pre-filled form of a class is; `None` if no plugin has one.

    Presets belong to the form: they come from the plugin that has it and from those that have no
    forms. Direct creation chooses of several callers the first who is the form's own, else the
    first.
    """
    callers = found.callers(selected) if direct or selected != ALL else []
    return_url = panel_url(found.call.on_first_pages, selected)
    for form in host.hooks.owners("creation_form_url"):
        own = next((caller for caller in callers if caller.source == form), None)
        caller = own or next(iter(callers), None)
        values = host.hooks.creation_presets(class_name, caller, found.call, direct, form)
        url = host.hooks.creation_form_url(class_name, values, return_url, form)
        if url is not None:
            return url
    return None


def direct_target(host: Host, found: Search) -> str | None:
    """Where the form is that a call opens at once; `None`: the call opens the panel.

    The first enabled class of `direct_creation` that the agent may create counts. One that no
    plugin knows is passed over; one that is known, and whose form is not available right now, is
    not replaced by another.
    """
    for class_name in host.settings.direct_classes:
        if not may_create(host, class_name) or _may_be_there(host, found, class_name):
            continue
        target = creation_target(host, found, class_name, found.selected, direct=True)
        if target is not None or host.hooks.class_label(class_name) is not None:
            return target
    return None


def _may_be_there(host: Host, found: Search, class_name: str) -> bool:
    """Whether whom the form would create may be in the data, and could not be looked up."""
    return found.failed and class_name in caller_classes(host)


def may_create(host: Host, class_name: str) -> bool:
    """Whether the form of a class is for the agent; where no agent was let in, all forms are."""
    values = context_values()
    if not has_request_context() or not values.get("cti_let_in"):
        return True
    return host.hooks.agent_may(values["cti_agent"], "create", class_name)
