"""The pages of the dialects: on to the panel, or what arrived and what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import unquote_plus

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cti_dialects.dialect import Dialect, readable
from cti_host import current_host, pop_url, wants_json


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

            def answer(prefix: str = "", speakers: list[Dialect] = speakers) -> ResponseReturnValue:
                return self._answer(speakers, prefix)

            blueprint.add_url_rule(path, endpoint, answer)
            if any(dialect.anywhere for dialect in speakers):
                blueprint.add_url_rule(f"/<path:prefix>{path}", endpoint, answer)

    def _answer(self, speakers: Sequence[Dialect], prefix: str) -> ResponseReturnValue:
        query = request.query_string.decode("ascii", "replace")
        for dialect in speakers:
            if dialect.is_spoken(query) and (dialect.anywhere or not prefix):
                return self._call(dialect, query)
        return self._unknown(speakers[0], query, [], 404)

    def _call(self, dialect: Dialect, query: str) -> ResponseReturnValue:
        """On to the panel, with what came for each attribute, undecoded."""
        meaning = dialect.meaning(current_host().settings.url_parameters)
        sent = [(name, raw) for name, raw in dialect.sent(query) if name in meaning]
        holding = {name for name, raw in sent if unquote_plus(raw).strip()}
        chosen: dict[str, str] = {}
        for name, attribute in meaning.items():
            if name in holding:
                chosen.setdefault(attribute, name)
        # A URL of iTop has all parameters of the settings, as it must there.
        enough = set(meaning) <= holding if not dialect.parameters else bool(chosen)
        if not enough:
            missing = [name for name in meaning if name not in holding]
            return self._unknown(dialect, query, _problems(missing, sent), 400)
        pairs = [(meaning[name], raw) for name, raw in sent if chosen[meaning[name]] == name]
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
