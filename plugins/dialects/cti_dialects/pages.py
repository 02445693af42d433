"""The pages of the dialects: on to the panel, or what arrived and what is known."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping, Sequence
from urllib.parse import quote_from_bytes, unquote_plus

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_dialects.dialect import Dialect, readable
from cti_host import (
    current_host,
    is_phone_attribute,
    may_be_empty,
    pop_url,
    reserved_thread,
    token_scope,
    wants_json,
)


class Pages:
    """Answers the paths of some dialects.

    :param dialects: those that can be understood, in the order in which they are tried
    """

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self._dialects = dialects

    def add_to(self, blueprint: Blueprint) -> None:
        """Give the blueprint a page for each path."""
        for path in dict.fromkeys(dialect.path for dialect in self._dialects):
            speakers = [dialect for dialect in self._dialects if dialect.path == path]
            endpoint = path.strip("/").replace("/", "_").replace(".", "_")

            @reserved_thread
            @token_scope("pop")
            def answer(prefix: str = "", speakers: list[Dialect] = speakers) -> ResponseReturnValue:
                return self._answer(speakers, prefix)

            blueprint.add_url_rule(path, endpoint, answer)
            if any(dialect.anywhere for dialect in speakers):
                blueprint.add_url_rule(f"/<path:prefix>{path}", endpoint, answer)

    def _answer(self, speakers: Sequence[Dialect], prefix: str) -> ResponseReturnValue:
        # Bytes that nobody encoded, such as those of a name in Latin-1, are kept for the panel.
        query = quote_from_bytes(request.query_string, safe=string.punctuation)
        for dialect in speakers:
            if dialect.is_spoken(query) and (dialect.anywhere or not prefix):
                return self._call(dialect, query)
        return self._unknown(speakers[0], query, [], 404)

    def _call(self, dialect: Dialect, query: str) -> ResponseReturnValue:
        """On to the panel, with what came for each attribute, undecoded."""
        meaning = dialect.meaning(current_host().settings.url_parameters)
        sent = [(name, raw) for name, raw in dialect.sent(query, meaning) if name in meaning]
        holding = {name for name, raw in sent if unquote_plus(raw).strip()}
        blank = {name for name, _raw in sent if may_be_empty(meaning[name])} - holding
        chosen: dict[str, str] = {}
        for name in (*(n for n in meaning if n in holding), *(n for n in meaning if n in blank)):
            chosen.setdefault(meaning[name], name)
        missing = [name for name in meaning if name not in holding | blank]
        # A URL of iTop has all parameters of the settings, as it must there.
        enough = not missing if not dialect.parameters else _is_call(chosen, holding)
        if not enough:
            return self._unknown(dialect, query, _problems(missing, sent), 400)
        pairs = [(meaning[name], raw) for name, raw in sent if chosen.get(meaning[name]) == name]
        return redirect(pop_url(pairs))

    def _unknown(
        self, dialect: Dialect, query: str, problems: Sequence[str], status: int
    ) -> ResponseReturnValue:
        url_parameters = current_host().settings.url_parameters
        received = readable(dialect.sent(query))
        known = [
            {"product": one.product, "example": one.example(request.url_root, url_parameters)}
            for one in self._dialects
        ]
        if wants_json():
            error = " ".join(problems) or _("This is not the address of a call.")
            body = {
                "error": error,
                "received": {"path": request.path, "parameters": dict(received)},
                "known": known,
            }
            return jsonify(body), status
        page = render_template(
            "dialects/unknown.html",
            status=status,
            problems=problems,
            path=request.path,
            received=received,
            known=known,
        )
        return page, status


def _is_call(chosen: Mapping[str, str], holding: Collection[str]) -> bool:
    """Whether a parameter says something of the caller: an empty phone says that it is withheld."""
    return any(name in holding or is_phone_attribute(a) for a, name in chosen.items())


def _problems(missing: Sequence[str], sent: Sequence[tuple[str, str]]) -> list[str]:
    names = {name for name, _raw in sent}
    return [
        _("The parameter “%(name)s” is empty.", name=name)
        if name in names
        else _("The parameter “%(name)s” is missing.", name=name)
        for name in missing
    ]


def usable(
    dialects: Sequence[Dialect], url_parameters: Mapping[str, str]
) -> tuple[list[Dialect], list[Dialect]]:
    """Those that give an attribute of `[url_parameters]`, and those that give none."""
    good = [dialect for dialect in dialects if dialect.meaning(url_parameters)]
    return good, [dialect for dialect in dialects if dialect not in good]
