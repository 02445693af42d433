"""What fits together: the agent is in the team, the subcategory of the service, and so on.

A rule says of one key that it follows from another one. Rules hold for each class that has both
attributes, so also for classes of plugins; those say of further keys what they depend on. Only what
an agent changes is checked: data that came from elsewhere, and was so for long, hinders nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cti_oql.running import mark, rows
from cti_oql.schema import Kind
from flask_babel import lazy_gettext as _

from cti_host import database
from cti_tickets.model.classes.registry import (
    LnkPersonToTeam,
    Location,
    Organization,
    Person,
    Service,
    ServiceSubcategory,
    Team,
)
from cti_tickets.model.data_model import model_of, schema
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.rights import organizations
from cti_tickets.store.questions import Questions

# The ids of columns have no more.
_MOST_DIGITS = 9


@dataclass(frozen=True)
class Follows:
    """One key follows from another one.

    :param code: the attribute that has to fit
    :param on: the attribute that it has to fit
    :param targets: the classes that both lead to; where a class uses a code otherwise, no rule is
    :param fitting: the condition of the objects that fit an id; `None`: all do
    :param misfit: SQL that is true where an object `{value}` does not fit a stored one, `{on}`
    :param message: why one doesn't
    :param gives: the column of the target that says which other key is meant; `None`: none does
    :param model: that of the first target, of a plugin's rule
    """

    code: str
    on: str
    targets: tuple[str, str]
    fitting: Callable[[int], Any | None]
    misfit: str
    message: Any
    gives: Any = None
    model: Any = None

    def is_of(self, cls: ClassDef) -> bool:
        """Whether a class has both attributes."""
        found = [cls.attributes.get(code) for code in (self.code, self.on)]
        return all(found) and tuple(a.target for a in found if a) == self.targets


def _of_team(team_id: int) -> Any | None:
    """The persons of a team; of one that nobody has been put into, everybody."""
    query: Any = LnkPersonToTeam.select(LnkPersonToTeam.person).where(
        LnkPersonToTeam.team == team_id
    )
    return Person.id.in_(query) if query.exists() else None


def _of_service(service_id: int) -> Any | None:
    return ServiceSubcategory.service == service_id


def _of_provider(service_id: int) -> Any | None:
    """The teams of who provides a service; where that has none, all."""
    provider: Any = Service.select(Service.org).where(Service.id == service_id)
    condition: Any = Team.org.in_(provider)
    teams: Any = Team.select(Team.id).where(condition, Team.finalclass == "Team")
    return condition if teams.exists() else None


def _of_organization(org_id: int) -> Any | None:
    """The persons of an organization and of all that are part of it."""
    return Person.org.in_(organizations.with_those_below(frozenset([org_id])))


def _place_of_organization(org_id: int) -> Any | None:
    """The locations of an organization, of all that are part of it, and of what it is part of."""
    of_tree = [
        *organizations.with_those_below(frozenset([org_id])),
        *organizations.with_those_above(org_id),
    ]
    return Location.org.in_(of_tree)


# Of one object it is asked from that one: above an organization are few, below it may be many.
_NOT_OF_ORGANIZATION = """EXISTS (SELECT 1 FROM organization WHERE id = {on}) AND NOT EXISTS (
 WITH RECURSIVE above(id) AS (SELECT org_id FROM contact WHERE id = {value}
 UNION SELECT o.parent_id FROM organization AS o JOIN above ON o.id = above.id)
 SELECT 1 FROM above WHERE id = {on})"""
_NOT_OF_SERVICE = """EXISTS (SELECT 1 FROM service WHERE id = {on}) AND NOT EXISTS (
 SELECT 1 FROM service_subcategory WHERE id = {value} AND service_id = {on})"""
_NOT_OF_PROVIDER = """EXISTS (SELECT 1 FROM service AS s JOIN contact AS t ON t.org_id = s.org_id
 WHERE s.id = {on} AND t.finalclass = 'Team') AND NOT EXISTS (
 SELECT 1 FROM service AS s JOIN contact AS t ON t.org_id = s.org_id
 WHERE s.id = {on} AND t.id = {value})"""
_NOT_OF_TEAM = """EXISTS (SELECT 1 FROM contact WHERE id = {on}) AND EXISTS (
 SELECT 1 FROM lnk_person_to_team WHERE team_id = {on}) AND NOT EXISTS (
 SELECT 1 FROM lnk_person_to_team WHERE team_id = {on} AND person_id = {value})"""
# The location of somebody may be that of a part, or of what their organization is part of.
_NOT_OF_TREE = """EXISTS (SELECT 1 FROM organization WHERE id = {on}) AND NOT EXISTS (
 WITH RECURSIVE above(id) AS (SELECT org_id FROM location WHERE id = {value}
 UNION SELECT o.parent_id FROM organization AS o JOIN above ON o.id = above.id)
 SELECT 1 FROM above WHERE id = {on}) AND NOT EXISTS (
 WITH RECURSIVE above(id) AS (SELECT id FROM organization WHERE id = {on}
 UNION SELECT o.parent_id FROM organization AS o JOIN above ON o.id = above.id)
 SELECT 1 FROM above JOIN location AS l ON l.org_id = above.id WHERE l.id = {value})"""
_PLACE = re.compile(r"\{(value|on)\}")


RULES = (
    Follows(
        "caller_id",
        "org_id",
        ("Person", "Organization"),
        _of_organization,
        _NOT_OF_ORGANIZATION,
        _("is not of this organization"),
        Person.org,
    ),
    Follows(
        "servicesubcategory_id",
        "service_id",
        ("ServiceSubcategory", "Service"),
        _of_service,
        _NOT_OF_SERVICE,
        _("is not part of this service"),
        ServiceSubcategory.service,
    ),
    Follows(
        "team_id",
        "service_id",
        ("Team", "Service"),
        _of_provider,
        _NOT_OF_PROVIDER,
        _("does not provide this service"),
    ),
    Follows(
        "requestor_id",
        "org_id",
        ("Person", "Organization"),
        _of_organization,
        _NOT_OF_ORGANIZATION,
        _("is not of this organization"),
        Person.org,
    ),
    Follows(
        "location_id",
        "org_id",
        ("Location", "Organization"),
        _place_of_organization,
        _NOT_OF_TREE,
        _("is not of this organization"),
    ),
    *(
        Follows(code, team, ("Person", "Team"), _of_team, _NOT_OF_TEAM, _("is not in this team"))
        for code, team in (
            ("agent_id", "team_id"),
            ("supervisor_id", "supervisor_group_id"),
            ("manager_id", "manager_group_id"),
        )
    ),
)
_MODELS: Mapping[str, Any] = {
    "Location": Location,
    "Organization": Organization,
    "Person": Person,
    "Service": Service,
    "ServiceSubcategory": ServiceSubcategory,
    "Team": Team,
}


def rules_of(cls: ClassDef) -> list[Follows]:
    """The rules that hold for a class."""
    known: list[Follows] | None = cls.kept.get("rules")
    if known is None:
        built_in = [rule for rule in RULES if rule.is_of(cls)]
        known = cls.kept["rules"] = [*built_in, *_declared(cls, {rule.code for rule in built_in})]
    return known


def _declared(cls: ClassDef, known: set[str]) -> Iterator[Follows]:
    """The rules of keys of which a plugin says what they depend on."""
    for attribute in cls.attributes.values():
        on = cls.attributes.get(attribute.depends_on)
        if on is None or attribute.code in known:
            continue
        targets = (attribute.target, on.target)
        alike = next((rule for rule in RULES if rule.targets == targets), None)
        if alike is not None:
            yield replace(alike, code=attribute.code, on=on.code)
        else:
            yield _by_key(attribute, on)


def _by_key(attribute: Attribute, on: Attribute) -> Follows:
    """What fits leads by a key of its own to what is chosen."""
    target, there = schema()[attribute.target], schema()[on.target]
    column = next(
        key.column
        for key in target.attributes.values()
        if key.kind is Kind.KEY and key.stored and key.target == on.target
    )
    model: Any = model_of(target.name)
    key = model._meta.columns[column]
    return Follows(
        attribute.code,
        on.code,
        (target.name, there.name),
        lambda id_: key == id_,
        f'EXISTS (SELECT 1 FROM "{there.table}" WHERE id = {{on}}) AND NOT EXISTS ('  # noqa: S608
        f'SELECT 1 FROM "{target.table}" WHERE id = {{value}} AND "{column}" = {{on}})',
        _("does not belong to what is chosen for “%(label)s”", label=on.label),
        key,
        model,
    )


def keys_of_rules(cls: ClassDef) -> list[str]:
    """The attributes that follow from others in a class, and those others."""
    return [*dict.fromkeys(code for rule in rules_of(cls) for code in (rule.code, rule.on))]


def misfits(
    cls: ClassDef,
    row: Mapping[str, Any],
    changed: Iterable[str],
    questions: Questions | None = None,
) -> dict[str, str]:
    """Messages for the keys that don't fit another one, of those that change.

    :param row: all values as they would be
    :param questions: what is asked along
    """
    changing = set(changed)
    asked = [
        rule
        for rule in rules_of(cls)
        if row.get(rule.code) and row.get(rule.on) and changing & {rule.code, rule.on}
    ]
    if not asked:
        return {}
    questions, place, answers = questions or Questions(), mark(database.obj), []
    for rule in asked:
        bound = {"value": int(row[rule.code]), "on": int(row[rule.on])}
        values = [bound[name] for name in _PLACE.findall(rule.misfit)]
        answers.append(questions.ask(_PLACE.sub(place, rule.misfit), values))
    found = {}
    for rule, misfit in zip(asked, answers, strict=True):
        # What they can't see limits nobody: they could not tell why.
        if misfit() and organizations.is_there(rule.targets[1], int(row[rule.on])):
            code = rule.code if rule.code in changing else rule.on
            found[code] = str(rule.message if code == rule.code else _misfit_of(cls, rule))
    return found


def fits(rule: Follows, value: str, on: int) -> tuple[str, list[int]]:
    """SQL that is true where an object fits another one, and its values.

    :param value: what the id of the object is in the statement
    """
    condition = rule.misfit.replace("{value}", value)
    places = len(_PLACE.findall(condition))
    return f"NOT ({_PLACE.sub(mark(database.obj), condition)})", [on] * places


def _misfit_of(cls: ClassDef, rule: Follows) -> str:
    """What to say beside the other key, which is the one that was changed."""
    label = cls.attributes[rule.code].label
    return f"{label}: {rule.message}"


def _model_of(rule: Follows) -> Any:
    return rule.model or _MODELS[rule.targets[0]]


def given_by(rule: Follows, value: int) -> int | None:
    """What the other key has to be for one that is chosen; `None`: it doesn't say."""
    if rule.gives is None:
        return None
    model = _model_of(rule)
    # Not built by peewee: every new ticket of a caller is asked for their organization.
    table, column = model._meta.table_name, rule.gives.column_name
    statement = f'SELECT "{column}" FROM "{table}" WHERE id = {mark(database.obj)}'  # noqa: S608
    found = rows(database.obj, statement, [value])
    return found[0][0] if found else None


def completed(cls: ClassDef, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values with the keys that follow from others, where none was chosen."""
    found = dict(values)
    for rule in rules_of(cls):
        value = str(found.get(rule.code) or "")
        if value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS:
            on = None if found.get(rule.on, "") else given_by(rule, int(value))
            found |= {rule.on: str(on)} if on and rule.on in found else {}
    return found


def fitting_ids(rule: Follows, on: int, limit: int) -> list[int] | None:
    """The ids of the objects that fit; `None`: all do, or more than the limit."""
    condition = rule.fitting(on)
    if condition is None:
        return None
    model, cls = _model_of(rule), schema()[rule.targets[0]]
    query: Any = model.select(model.id).where(condition).limit(limit + 1)
    if cls.polymorphic:
        query = query.where(model.finalclass.in_(schema().concrete(cls.name)))
    found = [row[0] for row in query.tuples()]
    return found if len(found) <= limit else None
