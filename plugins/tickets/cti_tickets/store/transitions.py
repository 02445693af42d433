"""An object moves to another state: what was asked for is stored, and children go along."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from cti_host import Agent, writing
from cti_tickets.model.data_model import model_of
from cti_tickets.model.form_plan import has_value
from cti_tickets.model.lifecycles.lifecycle import Flag
from cti_tickets.rights import organizations
from cti_tickets.rights.access import current_access
from cti_tickets.store import objects
from cti_tickets.store.concurrency.versions import check_version
from cti_tickets.store.state_rules import entering
from cti_tickets.store.values import Raw

_AUTORESOLVE = "ev_autoresolve"
# Which tickets are resolved together with one of a class: their class, and the key to it.
CHILDREN = {
    "UserRequest": [("UserRequest", "parent_request_id")],
    "Incident": [("UserRequest", "parent_incident_id"), ("Incident", "parent_incident_id")],
}


class NotPossible(ValueError):
    """The object isn't in a state from which the stimulus leads anywhere."""


def apply_stimulus(
    class_name: str,
    object_id: int,
    stimulus: str,
    values: Mapping[str, Raw],
    *,
    author: Agent | None,
    now: datetime | None = None,
    version: str | None = None,
) -> Any:
    """Move an object to another state, in one transaction.

    :param stimulus: one that agents may give, "ev_assign"
    :param values: what the form of the transition asked for
    :param version: the version of the object that the author has seen; `None`: any
    :return: the stored object
    :raises Forbidden: who acts may not give objects of this class this stimulus
    :raises Outdated: it has another version by now; nothing was stored
    :raises NotPossible: it doesn't lead anywhere from the object's state
    :raises InvalidValues: with a message for each attribute that is wrong; nothing was stored
    :raises NotFound: there is no such object
    """
    access = current_access()
    access.require(stimulus, class_name)
    with writing():
        obj = objects.load(class_name, object_id, lock=True)
        cls = objects.definition_of(obj)
        access.require(stimulus, cls.name)
        if version is not None:
            before = {a.code: getattr(obj, a.code) for a in cls.attributes.values() if a.stored}
            check_version(cls, object_id, before, version)
        life = cls.lifecycle
        way = life.transition(getattr(obj, life.attribute), stimulus) if life else None
        if life is None or way is None or life.stimuli[stimulus].internal:
            raise NotPossible(f"{cls.name}::{object_id}: {stimulus}")
        given = {**values, life.attribute: way.target}
        moved = objects.update(
            cls.name,
            object_id,
            given,
            author=author,
            now=now,
            rules=entering(cls, way),
            stimulus=stimulus,
            resets=way.resets,
        )
        if way.cascades:
            # Children are resolved whether or not whoever resolves the parent sees them.
            with organizations.unlimited():
                _resolve_children(moved, author, now)
    return moved


def _resolve_children(parent: Any, author: Agent | None, now: datetime | None) -> None:
    for class_name, key in CHILDREN.get(objects.definition_of(parent).name, ()):
        model: Any = model_of(class_name)
        children = model.select().where(
            getattr(model, key) == parent.id, model.finalclass == class_name
        )
        for child in list(children.order_by(model.id)):
            _resolve_with(parent, child, author, now)


def _resolve_with(parent: Any, child: Any, author: Agent | None, now: datetime | None) -> None:
    """Resolve a child, unless it is by now or can't be from where it is."""
    cls = objects.definition_of(child)
    life = cls.lifecycle
    way = life.transition(child.status, _AUTORESOLVE) if life else None
    if life is None or way is None or child.status == way.target:
        return
    own = {a.code: getattr(child, a.code) for a in cls.attributes.values() if a.stored}
    given: dict[str, Raw] = {
        code: getattr(parent, code)
        for code, flag in life.states[way.target].items()
        if Flag.MANDATORY in flag and not has_value(own, code)
    }
    if not (own["team_id"] and own["agent_id"]):
        given |= {"team_id": parent.team_id, "agent_id": parent.agent_id}
    given["solution"] = _("Resolved together with %(ref)s.", ref=parent.ref)
    given[life.attribute] = way.target
    stored = objects.update(
        cls.name, child.id, given, author=author, now=now, stimulus=_AUTORESOLVE
    )
    _resolve_children(stored, author, now)
