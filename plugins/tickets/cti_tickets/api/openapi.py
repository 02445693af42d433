"""The OpenAPI document, made from the classes and from what whoever asks may do with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cti_tickets.api import schemas
from cti_tickets.api.files import TICKET
from cti_tickets.api.list_views import VIEW
from cti_tickets.api.openapi_files import FILE_ID, file_responses, file_verbs, files_body
from cti_tickets.api.parameters import (
    LONGEST_TEXT,
    MOST_ON_A_PAGE,
    ON_A_PAGE,
    filter_schema,
    filters_of,
    sorts_of,
)
from cti_tickets.model.schema import ClassDef, Schema
from cti_tickets.rights.access import Access
from cti_tickets.rights.profiles import BULK_READ, CREATE, DELETE, MODIFY, READ
from cti_tickets.store.fitting import keys_of_rules
from cti_tickets.store.values import MAX_ID

_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The ETag that was read, or `*`.",
    "schema": {"type": "string", "minLength": 1},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "The same body with the same key makes one object, however often it is sent.",
    "schema": {"type": "string", "maxLength": 255},
}
_ID = {
    "name": "id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
}
_ETAG = {"ETag": {"description": "The version.", "schema": {"type": "string"}}}


def description(schema: Schema, access: Access) -> dict[str, Any]:
    """The document for somebody: what they may not do isn't in it."""
    paths: dict[str, Any] = {"/search": {"get": _search(schema)}}
    components = schemas.common()
    for cls in schema:
        paths |= dict(_paths(schema, cls, access))
        if schema.is_a(cls.name, TICKET):
            paths |= dict(_file_paths(cls, access))
        if access.may(READ, cls.name):
            components |= schemas.of_class(schema, cls)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "CTI Host",
            "version": "1",
            "description": "People, tickets and phone calls for programs. See docs/api.md.",
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": components,
        },
    }


def _paths(schema: Schema, cls: ClassDef, access: Access) -> Iterator[tuple[str, Any]]:
    name = cls.name
    many: dict[str, Any] = {}
    if access.may(BULK_READ, name):
        many["get"] = _list(schema, cls)
    if access.may(CREATE, name) and not cls.abstract:
        many["post"] = _creation(cls)
    if many:
        yield f"/objects/{name}", many
    if "get" in many:
        yield f"/objects/{name}/views", {"get": _views(cls)}
    one: dict[str, Any] = {}
    if access.may(READ, name):
        one["get"] = _operation(cls, "read", "An object, whole.", [_ID], _object(cls), (404,))
    if access.may(MODIFY, name) and not cls.abstract:
        one["patch"] = _change(cls, "modify", "Change the attributes that are sent.")
    if access.may(DELETE, name) and not cls.abstract:
        gone = {"204": {"description": "It is deleted."}}
        codes = (404, 409, 412, 428)
        one["delete"] = _operation(
            cls, "delete", "Delete an object.", [_ID, _IF_MATCH], gone, codes
        )
    if one:
        yield f"/objects/{name}/{{id}}", one
    if access.may(READ, name):
        yield f"/objects/{name}/suggestions", {"get": _suggestions(cls)}
        yield f"/objects/{name}/following", {"get": _following(cls)}
    if cls.lifecycle is None or cls.abstract:
        return
    for stimulus in cls.lifecycle.stimuli.values():
        if not stimulus.internal and access.may(stimulus.code, name):
            post = _change(cls, stimulus.code, str(stimulus.label), 409)
            yield f"/objects/{name}/{{id}}/transitions/{stimulus.code}", {"post": post}


def _file_paths(cls: ClassDef, access: Access) -> Iterator[tuple[str, Any]]:
    for end, verbs in file_verbs(cls, access).items():
        operations: dict[str, Any] = {}
        parameters = [_ID, FILE_ID] if end.endswith("}") else [_ID]
        for method, (verb, summary) in verbs.items():
            responses, problems = file_responses(verb)
            said = _operation(cls, verb, summary, parameters, responses, problems)
            operations[method] = said | ({"requestBody": files_body()} if method == "post" else {})
        if operations:
            yield f"/objects/{cls.name}/{{id}}{end}", operations


def _operation(
    cls: ClassDef,
    verb: str,
    summary: str,
    parameters: list[Any],
    responses: dict[str, Any],
    problems: tuple[int, ...],
) -> dict[str, Any]:
    return {
        "operationId": f"{verb}_{cls.name}",
        "summary": summary,
        "tags": [cls.name],
        "parameters": parameters,
        "responses": {**responses, **_problems(400, 401, 403, 429, *problems)},
    }


def _list(schema: Schema, cls: ClassDef) -> dict[str, Any]:
    described = {
        "q": (
            "Words in the name and texts, or a number or reference.",
            {"type": "string", "maxLength": LONGEST_TEXT},
        ),
        "sort": ("The order; with - descending.", {"enum": sorts_of(schema, cls)}),
        "after": ("Where the page begins: `next` of the one before.", {"type": "string"}),
        "limit": (
            "The most objects on a page.",
            {
                "type": "integer",
                "minimum": 1,
                "maximum": MOST_ON_A_PAGE,
                "default": ON_A_PAGE,
            },
        ),
        "fields": ("The attributes, with commas between them.", {"type": "string"}),
        VIEW: (
            "A view of the list: its filters, order and columns, as far as the address doesn't say"
            " something else.",
            {"type": "string"},
        ),
    }
    for name, attribute in filters_of(cls).items():
        described[name] = (str(attribute.label), filter_schema(schema, attribute))
    parameters = [
        {"name": name, "in": "query", "description": text, "schema": form}
        for name, (text, form) in described.items()
    ]
    page = _json("A page.", {"$ref": f"#/components/schemas/{cls.name}.list"})
    return _operation(cls, "list", f"{cls.label}: a list.", parameters, {"200": page}, ())


def _views(cls: ClassDef) -> dict[str, Any]:
    views = _json("The views.", {"$ref": "#/components/schemas/api.Views"})
    summary = f"{cls.label}: the views of the list."
    return _operation(cls, "views_of", summary, [], {"200": views}, ())


def _suggestions(cls: ClassDef) -> dict[str, Any]:
    typed = {
        "name": "q",
        "in": "query",
        "description": "What is typed: beginnings of words in the name; nothing finds any.",
        "schema": {"type": "string", "maxLength": LONGEST_TEXT},
    }
    found = _json("The first by name.", {"$ref": "#/components/schemas/api.Suggestions"})
    summary = f"{cls.label}: what completes a name in a form."
    return _operation(cls, "suggestions_of", summary, [typed], {"200": found}, ())


def _following(cls: ClassDef) -> dict[str, Any]:
    keys = [
        {
            "name": code,
            "in": "query",
            "description": str(cls.attributes[code].label),
            "schema": {"type": "integer", "minimum": 1, "maximum": MAX_ID},
        }
        for code in keys_of_rules(cls)
    ]
    said = _json("What fits.", {"$ref": "#/components/schemas/api.Following"})
    summary = f"{cls.label}: what follows from the keys that are chosen in a form."
    return _operation(cls, "following_of", summary, keys, {"200": said}, ())


def _creation(cls: ClassDef) -> dict[str, Any]:
    made = _object(cls)["200"]
    where = {"Location": {"description": "Where it is.", "schema": {"type": "string"}}}
    created = {**made, "description": "It is stored.", "headers": {**_ETAG, **where}}
    again = {**made, "description": "It was stored before, with the same Idempotency-Key."}
    responses = {"201": created, "200": again}
    operation = _operation(cls, "create", "Store an object.", [_KEY], responses, (413, 415, 422))
    return operation | {"requestBody": _body(f"{cls.name}.new")}


def _change(cls: ClassDef, verb: str, summary: str, *more: int) -> dict[str, Any]:
    codes = (404, *more, 412, 413, 415, 422, 428)
    operation = _operation(cls, verb, summary, [_ID, _IF_MATCH], _object(cls), codes)
    return operation | {"requestBody": _body(f"{cls.name}.change")}


def _search(schema: Schema) -> dict[str, Any]:
    where = {"type": "array", "items": {"enum": [cls.name for cls in schema]}}
    return {
        "operationId": "search",
        "summary": "The first objects of each class with some words, a number or a reference.",
        "parameters": [
            {
                "name": "q",
                "in": "query",
                "required": True,
                "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_TEXT},
            },
            {"name": "class", "in": "query", "schema": where},
        ],
        "responses": {
            "200": _json("What is found.", {"$ref": "#/components/schemas/api.Found"}),
            **_problems(400, 401, 403, 404, 429),
        },
    }


def _object(cls: ClassDef) -> dict[str, Any]:
    answer = _json("The object.", {"$ref": f"#/components/schemas/{cls.name}"})
    return {"200": {**answer, "headers": _ETAG}}


def _body(name: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    return {"required": True, "content": content}


def _json(text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {"application/json": {"schema": schema}}}


def _problems(*codes: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/api.Problem"}}}
    return {str(code): {"description": schemas.MEANT[code], "content": content} for code in codes}
