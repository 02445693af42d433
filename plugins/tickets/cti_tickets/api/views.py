"""The addresses under /api/v1: lists, objects, transitions, files, search."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_host import current_agent, current_host, has_bearer_token, token_scope
from cti_tickets.api.fields import readable
from cti_tickets.api.files import FileApi
from cti_tickets.api.form_fields import FormApi
from cti_tickets.api.list_views import as_json, list_views
from cti_tickets.api.openapi import description
from cti_tickets.api.parameters import read_parameters
from cti_tickets.api.problems import ApiProblem, answering, problem
from cti_tickets.api.rate import RequestRate
from cti_tickets.api.representation import listed, whole
from cti_tickets.api.requests import idempotency_key, seen_version, sent_values
from cti_tickets.api.searching import Search
from cti_tickets.hook_values import ticket_with_caller
from cti_tickets.model.schema import ClassDef
from cti_tickets.rights.access import current_access
from cti_tickets.rights.profiles import BULK_READ, CREATE, DELETE, MODIFY, READ
from cti_tickets.store import access_journal, deletion, objects
from cti_tickets.store.concurrency.creation_keys import AlreadyCreated
from cti_tickets.store.concurrency.versions import Outdated, version_of_object
from cti_tickets.store.listing.listable import listable
from cti_tickets.store.listing.places import text_of
from cti_tickets.store.listing.query import Slice
from cti_tickets.store.records import Records
from cti_tickets.store.state_rules import creating, editing
from cti_tickets.store.transitions import apply_stimulus

PREFIX = "/api/v1"
_SCOPES = token_scope(GET="read", POST="write", PATCH="write", DELETE="write")
_View = Callable[..., ResponseReturnValue]


class Api:
    """The views of the API, in the blueprint `tickets`; one for each application.

    :param records: reads objects of this application's schema
    :param caller_class: the class of persons who call, from `caller_information`
    :param per_minute: so many requests of an agent are answered; 0: all
    """

    def __init__(self, records: Records, caller_class: str, per_minute: int) -> None:
        self._records, self._schema = records, records.schema
        self._caller_class = caller_class
        self._search = Search(records)
        self._files = FileApi(records.schema)
        self._forms = FormApi(records)
        self._rate = RequestRate(per_minute)

    def add_to(self, state: BlueprintSetupState) -> None:
        """Add the addresses to the application, beside those of the pages of objects."""
        one = "/objects/<class_name>/<int:id_>"
        files = f"{one}/files"
        for rule, name, views in (
            ("/openapi.json", "api_description", {"GET": self.description}),
            ("/search", "api_search", {"GET": self.search}),
            ("/objects/<class_name>", "api_objects", {"GET": self.list_, "POST": self.create}),
            ("/objects/<class_name>/views", "api_list_views", {"GET": self.views}),
            (one, "api_object", {"GET": self.read, "PATCH": self.modify, "DELETE": self.delete}),
            (f"{one}/transitions/<stimulus>", "api_transition", {"POST": self.transition}),
            (files, "api_files", {"GET": self._files.list_, "POST": self._files.add}),
            (
                f"{files}/<int:file_id>",
                "api_file",
                {"GET": self._files.download, "DELETE": self._files.delete},
            ),
        ):
            view = _SCOPES(self._by_method(views))
            state.app.add_url_rule(PREFIX + rule, f"tickets.{name}", view, methods=list(views))
        for name, form_view in (
            ("suggestions", self._forms.suggestions),
            ("following", self._forms.following),
        ):
            view = _SCOPES(self._by_method({"GET": form_view}, of_pages=True))
            rule = f"{PREFIX}/objects/<class_name>/{name}"
            state.app.add_url_rule(rule, f"tickets.api_{name}", view, methods=["GET"])

    def description(self) -> ResponseReturnValue:
        """The OpenAPI document: what whoever asks may do."""
        return jsonify(description(self._schema, current_access()))

    def list_(self, class_name: str) -> ResponseReturnValue:
        """A page of the objects of a class."""
        cls = self._schema[class_name]
        current_access().require(BULK_READ, cls.name)
        database = current_host().database
        asked = read_parameters(database, self._schema, cls, current_agent(), request.args)
        query = listable(database, self._schema, cls, asked.conditions, asked.sort)
        page = query.page(asked.limit, after=asked.after)
        access_journal.seen(cls.name, [found.id for found in page.objects])
        return jsonify(
            items=listed(self._records, cls, page.objects, asked.fields),
            next=self._next(class_name, page),
        )

    def views(self, class_name: str) -> ResponseReturnValue:
        """The views of the list of a class that whoever asks sees."""
        cls, agent = self._schema[class_name], current_agent()
        current_access().require(BULK_READ, cls.name)
        return jsonify(items=as_json(cls, list_views(self._schema, cls, agent), agent))

    def create(self, class_name: str) -> ResponseReturnValue:
        """Store a new object."""
        cls = self._schema[class_name]
        current_access().require(CREATE, cls.name)
        values = sent_values(cls)
        key = idempotency_key()
        try:
            made = objects.create(
                cls.name, values, author=current_agent(), rules=creating(cls), key=key
            )
        except AlreadyCreated as again:
            return self._answer(self._schema[again.class_name], again.object_id, HTTPStatus.OK)
        if self._schema.is_a(cls.name, "Ticket"):
            ticket, caller = ticket_with_caller(
                self._records, cls.name, made.id, self._caller_class, made.caller_id
            )
            current_host().hooks.ticket_created(ticket, caller, current_agent())
        response = self._answer(cls, made.id, HTTPStatus.CREATED)
        response.headers["Location"] = url_for(
            "tickets.api_object", class_name=cls.name, id_=made.id
        )
        return response

    def read(self, class_name: str, id_: int) -> ResponseReturnValue:
        """An object, whole."""
        current_access().require(READ, self._schema[class_name].name)
        obj = objects.load(class_name, id_)
        cls = objects.definition_of(obj)
        access_journal.seen(cls.name, [id_])
        version = version_of_object(obj)
        if request.if_none_match.contains_weak(version):
            response = Response(status=HTTPStatus.NOT_MODIFIED)
            response.set_etag(version)
            return response
        return self._answer(cls, id_, HTTPStatus.OK, version)

    def modify(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Change the attributes that were sent; the others stay."""
        obj = self._loaded(MODIFY, class_name, id_)
        cls, version = objects.definition_of(obj), seen_version(version_of_object(obj))
        values = sent_values(cls)
        objects.update(
            cls.name,
            id_,
            values,
            author=current_agent(),
            rules=editing(cls),
            version=version,
        )
        return self._answer(cls, id_, HTTPStatus.OK)

    def delete(self, class_name: str, id_: int) -> ResponseReturnValue:
        """Delete an object, with what can't be without it."""
        obj = self._loaded(DELETE, class_name, id_)
        current = version_of_object(obj)
        if seen_version(current) not in (None, current):
            raise Outdated(current)
        deletion.delete({objects.definition_of(obj).name: [id_]}, author=current_agent())
        return Response(status=HTTPStatus.NO_CONTENT)

    def transition(self, class_name: str, id_: int, stimulus: str) -> ResponseReturnValue:
        """Move an object to another state."""
        obj = self._loaded(stimulus, class_name, id_)
        cls, version = objects.definition_of(obj), seen_version(version_of_object(obj))
        if cls.lifecycle is None or stimulus not in cls.lifecycle.stimuli:
            detail = _("There is no stimulus “%(stimulus)s”.", stimulus=stimulus)
            raise ApiProblem(HTTPStatus.NOT_FOUND, detail)
        values = sent_values(cls)
        apply_stimulus(cls.name, id_, stimulus, values, author=current_agent(), version=version)
        return self._answer(cls, id_, HTTPStatus.OK)

    def search(self) -> ResponseReturnValue:
        """Objects of any class by words, references, e-mail addresses and numbers."""
        return jsonify(groups=self._search.find(request.args))

    def _loaded(self, action: str, class_name: str, id_: int) -> Any:
        current_access().require(action, self._schema[class_name].name)
        obj = objects.load(class_name, id_)
        current_access().require(action, objects.definition_of(obj).name)
        return obj

    def _answer(self, cls: ClassDef, id_: int, status: HTTPStatus, version: str = "") -> Response:
        """An object with its version; the version is read first, so that it is never too new."""
        version = version or version_of_object(objects.load(cls.name, id_))
        said = whole(self._records, cls, id_, readable(cls))
        if not said:
            raise objects.NotFound(f"{cls.name}::{id_}")
        response = jsonify(said)
        response.status_code = status.value
        response.set_etag(version)
        return response

    def _next(self, class_name: str, page: Slice) -> str | None:
        if not page.more_after:
            return None
        args: dict[str, Any] = {k: v for k, v in request.args.items() if k != "after"}
        after = text_of(page.objects[-1].place)
        return url_for("tickets.api_objects", class_name=class_name, **args, after=after)

    def _by_method(self, views: dict[str, _View], *, of_pages: bool = False) -> _View:
        """One view for an address: Flask has one endpoint for all its methods.

        :param of_pages: whether forms ask it with each letter that an agent types: like their
            pages, what they ask isn't counted, but what a program with a token asks is
        """
        answers = {method: answering(view) for method, view in views.items()}

        def view(**values: Any) -> ResponseReturnValue:
            counted = has_bearer_token() or not of_pages
            wait = self._rate.seconds_to_wait(current_agent().name) if counted else 0
            if wait:
                detail = _("Too many requests within a minute.")
                refused = problem(HTTPStatus.TOO_MANY_REQUESTS, detail)
                refused.headers["Retry-After"] = str(wait)
                return refused
            method = "GET" if request.method == "HEAD" else request.method
            return answers[method](**values)

        return view
