"""What the page of an object leads to: the lists of what refers to it, and its deletion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from cti_oql.schema import Kind

from cti_tickets.facts import list_url, page_of
from cti_tickets.model.list_plan import (
    COLUMNS,
    FRIENDLYNAME,
    columns_of,
    default_sort,
    organization_of,
)
from cti_tickets.model.schema import Attribute, ClassDef, Schema
from cti_tickets.pages.lists.reader import ListReader
from cti_tickets.pages.lists.rows import FINALCLASS, Column, Row, list_columns, list_rows
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ, CREATE, DELETE
from cti_tickets.store.history import Way
from cti_tickets.store.listing.conditions import equal
from cti_tickets.store.listing.query import Listed, ListQuery, counts
from cti_tickets.store.listing.seen import note_seen
from cti_tickets.store.questions import Questions

MOST_COUNTED = 100
# So many of each list are on the page of an object.
MOST_SHOWN = 5
_MOST_COLUMNS = 5
# Of so many classes it is kept what refers to them: those of a few applications.
_MOST_KEPT = 512
_LINK = "lnk"
# What agents look for first; what only links two objects comes last.
_FIRST = ("Ticket", "Contact", "PhoneCall")


@dataclass(frozen=True)
class Related:
    """The list of what refers to an object by one attribute.

    :param count: how many there are, at most one more than `MOST_COUNTED`
    :param new_url: where another one is made, "" if whoever sees the page may not
    :param columns: what the page shows of the first ones
    :param rows: these, as far as they are wanted
    :param has_ref: whether they are named by references, and not by names
    """

    label: str
    attribute: str
    count: int
    url: str
    new_url: str = ""
    columns: Sequence[Column] = ()
    rows: Sequence[Row] = ()
    has_ref: bool = False

    @property
    def is_many(self) -> bool:
        """Whether there are more than were counted."""
        return self.count > MOST_COUNTED


@dataclass(frozen=True)
class ObjectLinks:
    """See the module; `delete_url` is "" for whoever may not delete the object."""

    delete_url: str
    related: Sequence[Related]


def links_of(
    lists: ListReader,
    class_name: str,
    id_: int,
    *,
    with_rows: bool = False,
    questions: Questions | None = None,
) -> ObjectLinks:
    """What the page of an object leads to, for whoever acts.

    :param with_rows: whether the first objects of each list are wanted, not only how many there are
    :param questions: what is asked along with how many there are
    """
    schema, access = lists.schema, current_access()
    here = page_of(class_name, id_)
    delete_url = page_of(class_name, id_, "tickets.delete")
    related = []
    for (cls, attribute), first, count in _found(lists, class_name, id_, with_rows, questions):
        key = {attribute.code: str(id_)}
        # An object that only links two others is made from the page of either.
        adds = cls.name.startswith(_LINK) and access.may(CREATE, cls.name)
        new = list_url(cls, {**key, "next": here}, "tickets.new") if adds else ""
        if not count and not new:
            continue
        columns = list_columns(schema, cls, _columns(schema, cls, attribute)) if first else []
        if "ref" in cls.attributes:  # it tells the class
            columns = [column for column in columns if column.code != FINALCLASS]
        note_seen(first, Way.PAGE)
        related.append(
            Related(
                *_labels(cls, attribute),
                count,
                list_url(cls, key),
                new,
                columns,
                list_rows(lists.records, cls, columns, first) if first else [],
                has_ref="ref" in cls.attributes,
            )
        )
    return ObjectLinks(delete_url if access.may(DELETE, class_name) else "", related)


def _labels(cls: ClassDef, attribute: Attribute) -> tuple[str, str]:
    """What a list is called, and by what its objects refer.

    Of objects that only link two others, it is called by the other ones: "Contact" of a ticket.
    """
    keys = [a for a in cls.attributes.values() if a.kind is Kind.KEY and a.mandatory]
    others = [a for a in keys if a.code != attribute.code]
    if cls.name.startswith(_LINK) and len(others) == 1:
        return str(others[0].label), ""
    return str(cls.label), str(attribute.label)


def is_referred(schema: Schema, cls: ClassDef) -> bool:
    """Whether there are lists of what refers to the objects of a class."""
    return bool(_referring(schema, cls.name))


def _found(
    lists: ListReader,
    class_name: str,
    id_: int,
    with_rows: bool,
    questions: Questions | None,
) -> list[tuple[tuple[ClassDef, Attribute], Sequence[Listed], int]]:
    """The lists of what refers to an object: the first ones, if wanted, and how many there are."""
    schema, access = lists.schema, current_access()
    referring = [
        one for one in _referring(schema, class_name) if access.may(BULK_READ, one[0].name)
    ]
    queries = [
        lists.query(
            cls,
            [equal(lists.database, schema, cls, attribute, id_)],
            default_sort(schema, cls) if with_rows else "id",
        )
        for cls, attribute in referring
    ]
    if with_rows:
        found = [_first(query) for query in queries]
    else:
        found = [([], count) for count in counts(queries, MOST_COUNTED + 1, questions)]
    return [(one, *some) for one, some in zip(referring, found, strict=True)]


def _first(query: ListQuery) -> tuple[Sequence[Listed], int]:
    """The first objects of a list, and how many there are."""
    page = query.page(MOST_SHOWN)
    return page.objects, query.count(MOST_COUNTED + 1) if page.more_after else len(page.objects)


def _columns(schema: Schema, cls: ClassDef, key: Attribute) -> list[str]:
    """The columns of a list on the page of what its objects refer to by a key.

    That key says the same of all of them, and so does their organization, mostly. Of several
    moments the last one tells the most.
    """
    codes = [c for c in columns_of(schema, cls) if c not in (key.code, "org_id")]
    moments = [c for c in codes if c in cls.attributes and _is_moment(cls.attributes[c])]
    codes = [c for c in codes if c not in moments[:-1]]
    if cls.name.startswith(_LINK) and len(codes) > 1:
        # It is named by both that it links.
        codes.remove(FRIENDLYNAME)
    last = [c for c in moments[-1:] if c not in codes[:_MOST_COLUMNS]]
    return [*codes[: _MOST_COLUMNS - len(last)], *last]


def _is_moment(attribute: Attribute) -> bool:
    return attribute.kind in (Kind.DATE, Kind.DATETIME)


@lru_cache(_MOST_KEPT)
def _referring(schema: Schema, target: str) -> list[tuple[ClassDef, Attribute]]:
    """The keys in the columns of lists that lead to objects of a class, what matters most first.

    What a list of several classes has is not told of each of them again.
    """
    above = schema.ancestors(target)
    seen: set[tuple[str, str]] = set()
    found = []
    for cls, code in _listed(schema):
        attribute = cls.attributes.get(code)
        if attribute is None or attribute.kind is not Kind.KEY or attribute.target not in above:
            continue
        if (cls.table, attribute.column) not in seen:
            seen.add((cls.table, attribute.column))
            found.append((cls, attribute))
    belonging = [(cls, organization_of(cls)) for cls in schema]
    found += [(cls, a) for cls, a in belonging if a is not None and a.target == target]
    return sorted(found, key=lambda one: _rank(schema, one[0]))


def _listed(schema: Schema) -> Iterator[tuple[ClassDef, str]]:
    """The columns of all lists, those of plugins' classes after the others."""
    for name in (name for name in COLUMNS if name in schema):
        for code in COLUMNS[name]:
            yield schema[name], code
    for cls in schema:
        if cls.name not in COLUMNS:
            for code in columns_of(schema, cls):
                yield cls, code


def _rank(schema: Schema, cls: ClassDef) -> int:
    for rank, name in enumerate(_FIRST):
        if name in schema and schema.is_a(cls.name, name):
            return rank
    return len(_FIRST) + cls.name.startswith(_LINK)
