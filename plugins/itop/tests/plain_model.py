"""What is behind a fake iTop: objects in memory, read by ids as `itop sync` and `itop copy` do.

It knows of OQL only `SELECT Class`, with `WHERE id > A [AND id <= B]` or `WHERE id IN (A, B)`, and
sorts by friendly name, so that whoever relies on the order of ids fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

_QUERY = re.compile(
    r"SELECT (\w+)(?: WHERE id > ([0-9]+)(?: AND id <= ([0-9]+))?| WHERE id IN \(([0-9, ]+)\))?"
)


@dataclass
class PlainModel:
    """`objects` maps classes to ids to fields; `asked` is told each query before it is answered.

    `forbidden` are classes that the account may not read.
    """

    objects: dict[str, dict[int, dict[str, Any]]] = field(default_factory=dict)
    forbidden: set[str] = field(default_factory=set)
    asked: Callable[[str], None] = lambda query: None

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to `core/get`."""
        query = str(request["key"])
        found = _QUERY.fullmatch(query)
        assert found is not None, f"an unexpected query: {query}"
        self.asked(query)
        class_name, after, upto = found[1], int(found[2] or 0), int(found[3] or 2**31)
        listed = {int(id_) for id_ in found[4].split(",")} if found[4] else None
        if class_name in self.forbidden:
            text = "The current user does not have enough permissions for exporting data"
            return {"code": 1, "message": f"{text} of class {class_name}", "objects": None}
        if class_name not in self.objects:
            return {"code": 100, "message": f"Error: class: '{class_name}' is not a valid class'"}
        stored = self.objects[class_name]
        ids = sorted(
            (id_ for id_ in stored if after < id_ <= upto and (not listed or id_ in listed)),
            key=lambda id_: (str(stored[id_].get("friendlyname", "")), -id_),
        )
        shown = ids[: int(request["limit"])] if request.get("limit") else ids
        codes = str(request["output_fields"]).split(",")
        if codes == ["*"]:
            codes = [*stored[shown[0]]] if shown else []
        unknown = [
            code for code in codes if code != "id" and shown and code not in stored[shown[0]]
        ]
        if unknown:
            text = f"Error: output_fields: invalid attribute code '{unknown[0]}'"
            return {"code": 100, "message": text}
        objects = {
            f"{class_name}::{id_}": {
                "code": 0,
                "message": "",
                "class": class_name,
                "key": str(id_),
                "fields": {code: stored[id_].get(code, str(id_)) for code in codes},
            }
            for id_ in shown
        }
        return {"code": 0, "message": f"Found: {len(ids)}", "objects": objects or None}

    def add_person(self, id_: int, phone: str = "", **fields: str) -> dict[str, Any]:
        """A person of "Acme", with a number, or changed."""
        person = {
            "friendlyname": f"Ada {id_}",
            "first_name": "Ada",
            "name": f"N{id_}",
            "email": f"p{id_}@example.org",
            "phone": phone,
            "mobile_phone": "",
            "org_id": "1",
            "org_name": "Acme",
            "status": "active",
            "function": "",
            **fields,
        }
        self.objects.setdefault("Person", {})[id_] = person
        return person

    def add_organization(self, id_: int = 1, name: str = "Acme", parent_id: int = 0) -> None:
        """An organization, or changed."""
        fields = {"friendlyname": name, "name": name, "code": "", "status": "active"}
        self.objects.setdefault("Organization", {})[id_] = {**fields, "parent_id": str(parent_id)}

    def add_request(self, id_: int, **fields: Any) -> dict[str, Any]:
        """A user request of "Acme", or changed."""
        request = {
            "friendlyname": f"R-{id_:06}",
            "ref": f"R-{id_:06}",
            "org_id": "1",
            "caller_id": "0",
            "agent_id": "0",
            "title": f"Request {id_}",
            "description": "<p>Nothing moves.</p>",
            "status": "new",
            "impact": "1",
            "urgency": "1",
            "priority": "1",
            "start_date": "2026-01-31 09:00:00",
            "parent_request_id": "0",
            "public_log": {"entries": []},
            **fields,
        }
        self.objects.setdefault("UserRequest", {})[id_] = request
        return request


def people(count: int) -> PlainModel:
    """So many persons, whose ids have gaps and whose numbers are in national form."""
    model = PlainModel()
    model.add_organization()
    for number in range(1, count + 1):
        model.add_person(3 * number, phone_of(3 * number))
    return model


def phone_of(id_: int) -> str:
    """The number of a person of `people`, as it is stored in iTop."""
    return f"06 {id_ // 10**6:02} {id_ // 10**4 % 100:02} {id_ // 100 % 100:02} {id_ % 100:02}"


def key_of(id_: int) -> str:
    """The `Number.key` of a person of `people`."""
    return f"+336{id_:08}"
