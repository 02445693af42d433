"""Addresses have one owner: a plugin can't take a page of the host or of a plugin before it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Sequence

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, RequestRedirect, Rule

_VARIABLE = re.compile(r"<(?:(?P<kind>\w+)(?:\((?P<arguments>[^)]*)\))?:)?\w+>")
_SAMPLES = {"int": "7", "float": "7.5", "path": "x/y", "uuid": str(uuid.UUID(int=7))}
_HOST = ("cti_host", "static", "bootstrap")
_NO_PAGES = {"HEAD", "OPTIONS"}


def taken_routes(app: Flask, before: Sequence[Rule]) -> Iterator[tuple[str, str]]:
    """The addresses that were added and that lead to a page that was there before.

    Also one that is an example of such a page's addresses: `/objects/mine` beside
    `/objects/<name>` would take it away.

    :param before: the rules of the application before a plugin's were added
    :return: each address as the plugin wrote it, and whose page it takes: "the host", a plugin
    """
    known = {id(rule) for rule in before}
    added = [rule for rule in app.url_map.iter_rules() if id(rule) not in known]
    firsts = {_first(_example(rule.rule)) for rule in added}
    # Making a map takes its time, so it has those only that may lead to one of the addresses.
    near = [rule for rule in before if "<" in _first(rule.rule) or _first(rule.rule) in firsts]
    earlier = Map([rule.empty() for rule in near], converters=app.url_map.converters)
    adapter = earlier.bind("localhost")
    for rule in added:
        for method in sorted((rule.methods or {"GET"}) - _NO_PAGES):
            try:
                endpoint, _values = adapter.match(_example(rule.rule), method=method)
            except (RequestRedirect, HTTPException):
                continue
            yield rule.rule, _owner(str(endpoint))
            break


def _first(address: str) -> str:
    """The part of an address before its second slash."""
    return address.lstrip("/").partition("/")[0]


def _example(rule: str) -> str:
    return _VARIABLE.sub(_sample, rule)


def _sample(found: re.Match[str]) -> str:
    kind = found["kind"] or "string"
    if kind == "any" and found["arguments"]:
        return found["arguments"].split(",")[0].strip(" \"'")
    return _SAMPLES.get(kind, "xyz")


def _owner(endpoint: str) -> str:
    name = endpoint.partition(".")[0]
    return "the host" if name in _HOST else f"the plugin {name}"
