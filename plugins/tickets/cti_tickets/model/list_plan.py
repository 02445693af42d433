"""What the list of each class shows, by what it can be sorted, and how it is narrowed down."""

from __future__ import annotations

from cti_oql.schema import Kind

from cti_host import Localised, masks_emails, masks_numbers
from cti_tickets.model.schema import Attribute, ClassDef, Schema

FRIENDLYNAME = "friendlyname"
PRIORITY = "priority"
_TICKET = ("friendlyname", "title", "status", "org_id", "caller_id", "agent_id", "start_date")
_CHANGE = ("friendlyname", "title", "status", "org_id", "start_date", "end_date", "requestor_id")

# The columns of each list, as iTop's have them; the first one leads to the object.
COLUMNS: dict[str, tuple[str, ...]] = {
    "Organization": ("friendlyname", "code", "status", "parent_id"),
    "Location": ("friendlyname", "status", "org_id", "city", "country"),
    "Contact": ("friendlyname", "status", "org_id", "email", "phone"),
    "Person": ("friendlyname", "status", "org_id", "email", "phone", "mobile_phone", "function"),
    "Team": ("friendlyname", "status", "org_id", "email", "phone"),
    "lnkPersonToTeam": ("friendlyname", "person_id", "team_id", "role_id"),
    "Service": ("friendlyname", "org_id", "servicefamily_id", "status"),
    "ServiceSubcategory": ("friendlyname", "service_id", "request_type", "status"),
    "Ticket": (
        "friendlyname",
        "title",
        "operational_status",
        "priority",
        "org_id",
        "caller_id",
        "agent_id",
        "start_date",
        "last_update",
    ),
    "UserRequest": (*_TICKET, "last_update", "priority"),
    "Incident": (*_TICKET, "last_update", "priority"),
    "Problem": (*_TICKET, "last_update", "priority"),
    "Change": (*_CHANGE, "last_update"),
    "lnkContactToTicket": ("friendlyname", "ticket_id", "contact_id", "role_code", "role"),
    "PhoneCall": ("date", "flow", "contact_id", "agent_id", "ticket_id", "note"),
}
# The tables that may have millions of rows are sorted by what has an index only.
SORTABLE: dict[str, tuple[str, ...]] = {
    "contact": ("friendlyname", "name", "first_name", "email"),
    "ticket": ("friendlyname", "priority", "start_date", "last_update"),
    "phone_call": ("date",),
    "lnk_person_to_team": (),
    "lnk_contact_to_ticket": (),
}
# Of these there is an index for each class, and none for all that share the table.
SORTED_BY_CLASS: dict[str, tuple[str, ...]] = {"ticket": ("priority", "start_date")}
_MOST_COLUMNS = 7
_LONG = (Kind.TEXT, Kind.HTML, Kind.LOG)
_IN_NO_LIST = (*_LONG, Kind.IMAGE, Kind.SET)
_FILTERS = (Kind.ENUM, Kind.KEY, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME)
_SEARCHED = (Kind.STRING, Kind.EMAIL, Kind.TEXT)
# What begins so is a part of a stop-watch, of which a ticket has dozens.
_WATCHES = ("cumulatedpending_", "tto_", "ttr_")
_MOMENTS = (Kind.DATE, Kind.DATETIME)


def columns_of(schema: Schema, cls: ClassDef) -> tuple[str, ...]:
    """The codes of the columns of a class's list; the first one leads to the object.

    A class that a plugin added has those of the class above it, and what its own form begins with.
    """
    nearest = next((name for name in schema.ancestors(cls.name) if name in COLUMNS), "")
    codes = [code for code in COLUMNS.get(nearest, ()) if _shown(schema, cls, code)]
    if nearest != cls.name:
        inherited = schema[nearest].attributes if nearest else {}
        own = [code for code in cls.form or cls.attributes if code not in inherited]
        own = [code for code in own if _listed(cls, code) and code not in cls.friendlyname]
        codes = [*(codes or [FRIENDLYNAME]), *own]
    return tuple(dict.fromkeys(codes))[: max(_MOST_COLUMNS, len(COLUMNS.get(nearest, ())))]


def columns_to_choose(schema: Schema, cls: ClassDef) -> tuple[str, ...]:
    """The codes of all columns that a class's list can have, the usual ones first.

    Of what only repeats an attribute of another object, the key that leads there is one; a name
    that is an attribute of its own is there once.
    """
    usual = columns_of(schema, cls)
    more = [FRIENDLYNAME, *(code for code in cls.attributes if _listed(cls, code))]
    only = cls.friendlyname[0] if len(cls.friendlyname) == 1 else ""
    twice = only if FRIENDLYNAME in usual else (FRIENDLYNAME if only in cls.attributes else "")
    own = [
        code
        for code in more
        if code != twice
        and (code == FRIENDLYNAME or cls.attributes[code].kind is not Kind.EXTERNAL)
    ]
    return tuple(dict.fromkeys((*usual, *own)))


def masked_kinds() -> tuple[Kind, ...]:
    """The kinds of attributes that whoever acts sees masked."""
    return (*([Kind.PHONE] if masks_numbers() else []), *([Kind.EMAIL] if masks_emails() else []))


def sortable_of(schema: Schema, cls: ClassDef) -> tuple[str, ...]:
    """The codes by which a class's list can be sorted, however many objects there are.

    Whoever sees an attribute masked can't sort by it: the order would tell what it is.
    """
    kinds = masked_kinds()
    codes = _sortable(schema, cls)
    if not kinds:
        return codes
    attributes = cls.attributes
    return tuple(c for c in codes if c not in attributes or attributes[c].kind not in kinds)


def _sortable(schema: Schema, cls: ClassDef) -> tuple[str, ...]:
    if cls.table in SORTABLE:
        codes = [code for code in SORTABLE[cls.table] if _has_an_order(schema, cls, code)]
        if FRIENDLYNAME in SORTABLE[cls.table] and named_alike(schema, cls):
            codes.insert(0, FRIENDLYNAME)
        return tuple(codes)
    stored = [a.code for a in cls.attributes.values() if a.stored and a.kind not in _LONG]
    plain = [code for code in stored if cls.attributes[code].kind is not Kind.KEY]
    named = named_alike(schema, cls) and all(
        code in cls.attributes and cls.attributes[code].stored for code in cls.friendlyname
    )
    return (FRIENDLYNAME, *plain) if named else tuple(plain)


def _has_an_order(schema: Schema, cls: ClassDef, code: str) -> bool:
    """Whether an index of an attribute has its values in the order of what they mean."""
    attribute = listed_attribute(schema, cls, code)
    if attribute is None:
        return False
    return attribute.kind is not Kind.ENUM or [*attribute.values] == sorted(attribute.values)


def listed_attribute(schema: Schema, cls: ClassDef, code: str) -> Attribute | None:
    """The attribute in a column of a class's list: its own, or that of some classes under it.

    Tickets of all kinds stand in one list, and only some kinds have a priority.
    """
    own = cls.attributes.get(code)
    if own is not None:
        return own
    kinds = [schema[name].attributes for name in schema.concrete(cls.name)]
    below = [attributes[code] for attributes in kinds if code in attributes]
    alike = {(a.kind, a.column, tuple(a.values)) for a in below if a.stored}
    return below[0] if len(alike) == 1 else None


def named_alike(schema: Schema, cls: ClassDef) -> bool:
    """Whether all objects of a class are named by the same attributes of their own."""
    names = {
        (schema[name].friendlyname, schema[name].friendlyname_separator)
        for name in schema.concrete(cls.name)
    }
    return len(names) <= 1


def default_sort(schema: Schema, cls: ClassDef) -> str:
    """What a list is sorted by until somebody chooses; with a "-" in front, descending.

    The order of the class, as far as its list can be sorted by that, else the oldest object first.
    """
    if cls.table == "phone_call":
        return "-date"
    if cls.abstract and cls.table == "ticket":
        # References begin with the kind of ticket: their order would tell the kinds apart first.
        return "-last_update"
    sortable = sortable_of(schema, cls)
    code = cls.order.removeprefix("-")
    sign = "-" if cls.order.startswith("-") else ""
    if "ref" in cls.attributes and code in ("ref", FRIENDLYNAME):
        # The newest ticket first, also where iTop begins with the oldest.
        return "-friendlyname"
    if code in sortable:
        return sign + code
    return "name" if "name" in sortable else "id"


def filters_of(schema: Schema, cls: ClassDef) -> tuple[str, ...]:
    """The codes of the attributes that a class's list offers to filter by, in order."""
    codes = columns_of(schema, cls)
    if schema.is_a(cls.name, "Ticket"):
        codes = (*codes, "operational_status", "team_id", "service_id")
    if cls.organization_column:
        codes = (*codes, cls.organization_column)
    return tuple(c for c in dict.fromkeys(codes) if can_filter(cls, c))


def more_filters_of(cls: ClassDef) -> tuple[str, ...]:
    """The codes of all attributes that a list can be narrowed down by, without parts of watches."""
    return tuple(c for c in cls.attributes if can_filter(cls, c) and not c.startswith(_WATCHES))


def can_filter(cls: ClassDef, code: str) -> bool:
    """Whether a list can be narrowed down to the objects with a value of an attribute."""
    return filter_attribute(cls, code) is not None


def filter_attribute(cls: ClassDef, code: str) -> Attribute | None:
    """The attribute that a list can be filtered by under a code."""
    attribute = cls.attributes.get(code)
    if attribute is not None:
        return attribute if attribute.stored and attribute.kind in _FILTERS else None
    return organization_of(cls) if code and code == cls.organization_column else None


def organization_of(cls: ClassDef) -> Attribute | None:
    """What tells of objects that belong to an organization by their keys which one that is.

    It is no attribute of theirs: nobody sets it, and no query knows it.
    """
    code = cls.organization_column
    if not code or code in cls.attributes:
        return None
    label = Localised.of("Organization", "Organisation")
    return Attribute(code, Kind.KEY, label=label, column=code, target="Organization")


def is_moment(attribute: Attribute) -> bool:
    """Whether an attribute is filtered by the days from which and until which it may be."""
    return attribute.kind in _MOMENTS


def searched_of(schema: Schema, cls: ClassDef) -> tuple[Attribute, ...]:
    """The attributes in which a list looks for words; not in what whoever acts sees masked."""
    masked = masked_kinds()
    kinds = [schema[name] for name in schema.concrete(cls.name)] or [cls]
    named = [kind.attributes.get(code) for kind in kinds for code in kind.friendlyname]
    listed = [cls.attributes.get(code) for code in columns_of(schema, cls)]
    found = {a.column: a for a in (*named, *listed) if a and a.stored and a.kind in _SEARCHED}
    return tuple(a for a in found.values() if a.kind not in masked)


def _shown(schema: Schema, cls: ClassDef, code: str) -> bool:
    return code == FRIENDLYNAME or listed_attribute(schema, cls, code) is not None


def _listed(cls: ClassDef, code: str) -> bool:
    attribute = cls.attributes.get(code)
    return attribute is not None and attribute.kind not in _IN_NO_LIST
