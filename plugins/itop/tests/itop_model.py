"""What is behind the fake iTop: the demonstration of the `tickets` plugin, told as REST tells it.

So one suite of tests can ask both backends about the same people and tickets.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import peewee
from cti_oql import Oql, OqlError
from cti_oql.schema import ClassDef, Kind, UnknownClass
from cti_tickets.demo.load import load_demo
from cti_tickets.model.data_model import schema
from cti_tickets.store import logs
from cti_tickets.store import objects as storage
from cti_tickets.store.deletion.delete import delete
from cti_tickets.store.records import FRIENDLYNAME, Record, Records
from cti_tickets.store.values import InvalidValues
from flask import Flask
from markupsafe import escape

from cti_host import Agent
from cti_host.app import create_app
from cti_host.databases import migrate
from cti_host.testing import PATIENCE_SECONDS, write_config

NOW = datetime(2026, 3, 2, 9, 30)
_NO_LIMIT = 1_000_000
LACKING = (("Person", "vip"), ("Person", "notes"))


class TicketsModel:
    """iTop's operations over the data of the `tickets` plugin.

    `without` names classes that this iTop does not have; `forbidden` those that the account may not
    read, or, as "create PhoneCall" and "update Person", not write; `empty` those of which there is
    nothing.
    `lacking` are attributes, by class, that iTop doesn't have and the plugin does; a site's own
    model of iTop may have some of them.
    `accounts` are those of iTop, which only administrators may read: fields by id; `None`: this
    account may not.
    """

    def __init__(self, folder: Path) -> None:
        self.app: Flask = create_app(
            write_config(folder, plugins=["phone_reformat", "tickets"], sign_in=False),
            timeout=PATIENCE_SECONDS,
        )
        self._host = self.app.extensions["cti_host"]
        self._schema = schema()
        self._oql, self._records = Oql(self._schema), Records(self._schema)
        self._lock = threading.Lock()
        self._loaded = sqlite3.connect(":memory:", check_same_thread=False)
        self._was_written = False
        self.without: set[str] = set()
        self.forbidden: set[str] = set()
        self.empty: set[str] = set()
        self.lacking: set[tuple[str, str]] = {*LACKING}
        self.accounts: dict[int, dict[str, Any]] | None = None
        self.author = Agent("cti", "CTI of the service desk")

    def load(self, now: datetime = NOW) -> None:
        """Make the tables and fill them with the demonstration."""
        with self.app.test_request_context(), self._host.database.connection_context():
            migrate.upgrade(self._host)
            load_demo(now)
        with closing(sqlite3.connect(self._host.database.database)) as stored:
            stored.backup(self._loaded)

    @contextmanager
    def undone(self) -> Iterator[None]:
        """What is written in the block is gone after it: no test meets the calls of another."""
        try:
            yield
        finally:
            if self._was_written:
                with self._lock, closing(sqlite3.connect(self._host.database.database)) as stored:
                    self._loaded.backup(stored)
            self._was_written = False

    def close(self) -> None:
        """Close the database."""
        self._loaded.close()
        self._host.close()

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """The reply to an operation."""
        operation = str(request["operation"])
        known: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
            "core/get": self._get,
            "core/create": self._create,
            "core/update": self._update,
            "core/apply_stimulus": self._stimulus,
            "core/delete": self._delete,
        }
        if operation not in known:
            return _error(f"Error: Unknown verb '{operation}' in version '1.3'", code=11)
        # One at a time: SQLite writes one at a time, and tests need no more.
        with (
            self._lock,
            self.app.test_request_context(),
            self._host.database.connection_context(),
        ):
            try:
                return known[operation](request)
            except UnknownClass:
                if request.get("class") == "ModuleInstallation":  # administrators read it
                    return _refused("ModuleInstallation")
                if request.get("class") == "User":
                    return self._users(str(request["key"]))
                return _error(f"Error: class: '{request.get('class')}' is not a valid class'")
            except OqlError as error:
                return self._oql_error(request, error)
            except InvalidValues as error:
                text = ", ".join(f"attribute '{code}': {why}" for code, why in error.errors.items())
                return _error(f"Error: Unexpected value for {text}")
            except storage.NotFound:
                return _error("Error: No item found with criteria: id")

    def _users(self, query: str) -> dict[str, Any]:
        if self.accounts is None:
            return _refused("User")
        listed = query.partition("contactid IN (")[2].rstrip(")").split(", ")
        objects = {
            f"UserLocal::{id_}": {
                "code": 0,
                "message": "",
                "class": "UserLocal",
                "key": str(id_),
                "fields": fields,
            }
            for id_, fields in self.accounts.items()
            if fields["contactid"] in listed
        }
        return {"code": 0, "message": f"Found: {len(objects)}", "objects": objects or None}

    def _oql_error(self, request: Mapping[str, Any], error: OqlError) -> dict[str, Any]:
        kinds = {
            "syntax error": "OQLParserSyntaxErrorException",
            "normalization error": "OqlNormalizeException",
            "unknown class": "UnknownClassOqlException",
        }
        if error.kind not in kinds:
            return _error(f"Error: {error.message}")
        return _error(
            f"Error: Query failed to execute: query = {request['key']}, "
            f"exception_class = {kinds[error.kind]}, exception_message = {error}"
        )

    def _class(self, name: str) -> ClassDef:
        if name in self.without:
            raise UnknownClass(name)
        return self._schema[name]

    def _get(self, request: Mapping[str, Any]) -> dict[str, Any]:
        asked = self._class(request["class"])
        key = request["key"]
        if str(key).isdigit():
            query = f"SELECT {asked.name} WHERE id = {int(key)}"
        elif isinstance(key, str):
            query = key
        else:
            conditions = " AND ".join(f"{code} = {_quoted(text)}" for code, text in key.items())
            query = f"SELECT {asked.name} WHERE {conditions}"
        found_class = self._oql.resolve(query).class_name
        if found_class in self.without:
            return _error(f"Error: class: '{found_class}' is not a valid class'")
        if found_class in self.forbidden:
            return _refused(found_class)
        if found_class in self.empty:
            return {"code": 0, "message": "Found: 0", "objects": None}
        codes = self._codes(asked, request.get("output_fields", "*"))
        if isinstance(codes, dict):
            return codes
        limit = int(request.get("limit", 0)) or _NO_LIMIT
        page = int(request.get("page", 1))
        found = self._oql.page(self._database, query, {}, limit=limit, offset=(page - 1) * limit)
        objects = self._objects(found_class, [id_ for _class, id_ in found.keys], codes, "")
        return {"code": 0, "message": f"Found: {found.total}", "objects": objects or None}

    @property
    def _database(self) -> peewee.Database:
        database: peewee.Database = self._host.database
        return database

    def _codes(self, cls: ClassDef, wanted: str) -> list[str] | dict[str, Any]:
        known = [
            code
            for code, attribute in cls.attributes.items()
            if attribute.kind not in (Kind.SET, Kind.IMAGE) and (cls.name, code) not in self.lacking
        ]
        names = [f"{a.code}_friendlyname" for a in cls.attributes.values() if a.kind is Kind.KEY]
        if wanted.strip() in ("*", "*+"):
            return [*known, *names, FRIENDLYNAME]
        codes = [code.strip() for code in wanted.split(",")]
        for code in codes:
            if code not in (*known, *names, FRIENDLYNAME, "id", "finalclass", "obsolescence_flag"):
                return _error(f"Error: output_fields: invalid attribute code '{code}'")
        return codes

    def _objects(
        self, class_name: str, ids: Sequence[int], codes: Sequence[str], message: str
    ) -> dict[str, Any]:
        cls = self._schema[class_name]
        attributes = cls.attributes
        stored = [
            code
            for code in codes
            if code == FRIENDLYNAME
            or code.endswith("_friendlyname")
            or (code in attributes and attributes[code].kind is not Kind.LOG)
        ]
        records = self._records.load(self._database, class_name, ids, stored)
        return {
            f"{record.class_name}::{record.id}": {
                "code": 0,
                "message": message,
                "class": record.class_name,
                "key": str(record.id),
                "fields": {code: self._value(cls, record, code) for code in codes},
            }
            for record in records
        }

    def _value(self, cls: ClassDef, record: Record, code: str) -> Any:
        """A value as REST gives it: nearly always a text."""
        if code == "id":
            return str(record.id)
        if code == "finalclass":
            return record.class_name
        if code == "obsolescence_flag":
            return False
        attribute = cls.attributes.get(code)
        if attribute is not None and attribute.kind is Kind.LOG:
            return {"entries": [_entry(e) for e in reversed(logs.entries(record.id, code))]}
        text = record.text(code)
        if attribute is not None and attribute.kind is Kind.KEY:
            return text or "0"
        if attribute is not None and attribute.kind is Kind.DATETIME:
            return text.partition(".")[0]
        if code == "description" and not text.startswith("<"):
            return f"<p>{text}</p>"
        return text

    def _create(self, request: Mapping[str, Any]) -> dict[str, Any]:
        cls = self._class(request["class"])
        if f"create {cls.name}" in self.forbidden:
            text = f"The current user does not have enough permissions for creating {cls.name}"
            return {"code": 1, "message": text, "objects": None}
        if not request.get("comment"):
            return _error("Error: Missing parameter 'comment'")
        made = storage.create(cls.name, self._values(request["fields"]), author=self.author)
        return self._written(request, cls.name, made.id, "created")

    def _update(self, request: Mapping[str, Any]) -> dict[str, Any]:
        cls = self._class(request["class"])
        if f"update {cls.name}" in self.forbidden:
            return _refused(cls.name)
        values = self._values(request["fields"])
        storage.update(cls.name, int(request["key"]), values, author=self.author)
        return self._written(request, cls.name, int(request["key"]), "updated")

    def _stimulus(self, request: Mapping[str, Any]) -> dict[str, Any]:
        states = {"ev_assign": "assigned", "ev_resolve": "resolved", "ev_close": "closed"}
        if request["stimulus"] not in states:
            return _error(f"Invalid stimulus: '{request['stimulus']}'")
        fields = {**request["fields"], "status": states[request["stimulus"]]}
        return self._update({**request, "fields": fields})

    def _delete(self, request: Mapping[str, Any]) -> dict[str, Any]:
        name, id_ = self._class(request["class"]).name, int(request["key"])
        if f"delete {name}" in self.forbidden:
            return _refused(name)
        if not request.get("comment"):
            return _error("Error: Missing parameter 'comment'")
        try:
            there = self._objects(name, [id_], ["id", FRIENDLYNAME], "")
        except storage.NotFound:
            there = {}
        if there:
            self._was_written = True
            delete({name: [id_]}, author=self.author)
        return {"code": 0, "message": f"Deleted: {len(there)}", "objects": there or None}

    def _values(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Values as the store takes them: a key may be a query, a log an item to add."""
        values: dict[str, Any] = {}
        for code, value in fields.items():
            if isinstance(value, str) and value.startswith("SELECT "):
                ids = self._oql.ids(self._database, value, {})
                values[code] = str(ids[0][1]) if len(ids) == 1 else ""
            elif isinstance(value, dict) and "add_item" in value:
                values[code] = value["add_item"]["message"]
            else:
                values[code] = str(value)
        return values

    def _written(
        self, request: Mapping[str, Any], class_name: str, id_: int, what: str
    ) -> dict[str, Any]:
        self._was_written = True
        codes = self._codes(self._schema[class_name], request.get("output_fields", "id"))
        if isinstance(codes, dict):
            return codes
        objects = self._objects(class_name, [id_], codes, what)
        return {"code": 0, "message": None, "objects": objects}


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "date": str(entry.created).partition(".")[0],
        "user_login": entry.author,
        "user_id": "1",
        "message": entry.text,
        "message_html": f"<p>{escape(entry.text)}</p>",
    }


def _quoted(text: Any) -> str:
    return "'" + str(text).replace("\\", "\\\\").replace("'", "\\'") + "'"


def _refused(class_name: str) -> dict[str, Any]:
    text = "The current user does not have enough permissions for exporting data"
    return {"code": 1, "message": f"{text} of class {class_name}", "objects": None}


def _error(message: str, code: int = 100) -> dict[str, Any]:
    return {"code": code, "message": message}
