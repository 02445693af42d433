"""What agents of some profiles see: pages, JSON and tables with the numbers masked.

Masking is the last thing that happens to a response, so it holds for every page and list, those of
plugins included. Fields of forms are left alone, since what is typed must not be lost: a form
that shows stored numbers masks them itself (`masked_number`, `restored`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from typing import Any
from urllib.parse import unquote

from flask import Response, has_request_context
from markupsafe import escape

from cti_host.context_values import context_values
from cti_host.host import current_host
from cti_host.model import is_phone_attribute
from cti_host.privacy.text import (
    STAR,
    mask_email,
    mask_emails,
    mask_number,
    mask_numbers,
    numbers_and_masks,
)
from cti_host.settings.settings import SEALED

_MASKS = "cti_masks_numbers"
_PIECE = re.compile(
    r"(?P<whole><(?P<name>textarea|time|script|style)\b[^>]*>.*?</(?P=name)\s*>)|(?P<tag><[^>]*>)"
    r"|(?P<text>[^<]+)",
    re.DOTALL | re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"(\s(?:title|aria-label|alt|placeholder|content|label|data-label|data-status)=)"
    r"(\"[^\"]*\"|'[^']*')"
)
_DIALLED = re.compile(
    r"\shref=(\"(?:tel|sips?|callto):[^\"]*\"|'(?:tel|sips?|callto):[^']*')", re.IGNORECASE
)
_LINKED = re.compile(r"(\s(?:href|action|formaction)=)(\"/[^\"]*\"|'/[^']*')")
_MAILED = re.compile(r"\shref=(\"mailto:[^\"]*\"|'mailto:[^']*')", re.IGNORECASE)
_PLAIN = ("text/csv", "text/plain", "application/x-ndjson", "application/jsonl")


def masks_numbers() -> bool:
    """Whether the agent of this request sees numbers masked; `False` outside of requests.

    They do if all their profiles are among those of `[privacy] mask_on_screen`.
    """
    if not has_request_context():
        return False
    values = context_values()
    known: bool | None = values.get(_MASKS)
    if known is None:
        profiles = current_host().settings.privacy.mask_on_screen
        agent = values.get("cti_agent")
        known = bool(profiles) and agent is not None and agent.profiles <= set(profiles)
        if agent is not None:
            values[_MASKS] = known
    return known


def masks_emails() -> bool:
    """Whether the agent of this request sees e-mail addresses masked, too."""
    return masks_numbers() and current_host().settings.privacy.mask_emails


def masked_number(text: str) -> str:
    """A stored number as the agent of this request may see it."""
    return mask_number(text) if masks_numbers() else text


def masked_text(text: str) -> str:
    """A free text as the agent of this request may see it."""
    if not masks_numbers():
        return text
    text = mask_numbers(text)
    return mask_emails(text) if masks_emails() else text


def masked_email(address: str) -> str:
    """A stored e-mail address as the agent of this request may see it."""
    return mask_email(address) if address and masks_emails() else address


def restored(typed: str, stored: str) -> str:
    """What was typed into a field that showed a stored text masked, with its numbers again.

    What the agent left as it was shown is what is stored; the rest is what they typed.
    """
    if STAR not in typed:
        return typed
    for mask in (mask_number, mask_email):
        if typed.strip() == mask(stored).strip():
            return stored
    for number, masked in numbers_and_masks(stored):
        typed = typed.replace(masked, number, 1)
    return typed


def mask_response(response: Response, sealed: Callable[[str], str]) -> Response:
    """Mask a response for the agent of this request, if they see no numbers.

    :param sealed: seals an address of this host, for links that would tell a number
    """
    kind = response.mimetype or ""
    if response.direct_passthrough or not masks_numbers():
        return response
    if kind in ("text/html", "application/xhtml+xml"):
        response.set_data(_html(response.get_data(as_text=True), sealed))
    elif kind == "application/json" or kind.endswith("+json"):
        if response.is_streamed:
            response.response = _each_line(response.response)
        else:
            text = response.get_data(as_text=True)
            response.set_data(masked_json(text, emails=masks_emails()))
    elif kind in _PLAIN:
        response.response = _each_line(response.response)
        response.headers.pop("Content-Length", None)
    return response


def masked_json(text: str, *, emails: bool) -> str:
    """JSON with the numbers in it masked, for an agent who sees none.

    :param emails: whether e-mail addresses are masked, too
    """
    try:
        value = json.loads(text)
    except ValueError:
        return _text(text, emails=emails)
    return json.dumps(_masked(value, phone=False, emails=emails), ensure_ascii=False)


def _text(text: str, *, emails: bool) -> str:
    masked = mask_numbers(text)
    return mask_emails(masked) if emails else masked


def _line(text: str) -> str:
    return _text(text, emails=masks_emails())


def _each_line(chunks: Iterable[Any]) -> Iterator[bytes]:
    """The lines of a response as they come, changed: a number never spans two of them."""
    # The request is over when a streamed response is read.
    emails, rest = masks_emails(), b""

    def masked(line: bytes) -> bytes:
        text = mask_numbers(line.decode("utf-8", "surrogateescape"))
        return (mask_emails(text) if emails else text).encode("utf-8", "surrogateescape")

    def lines() -> Iterator[bytes]:
        nonlocal rest
        for chunk in chunks:
            rest += chunk.encode() if isinstance(chunk, str) else chunk
            whole, newline, rest = rest.rpartition(b"\n")
            if newline:
                yield masked(whole) + newline
        if rest:
            yield masked(rest)

    return lines()


def _html(page: str, sealed: Callable[[str], str]) -> str:
    mailed = masks_emails()

    def link(found: re.Match[str]) -> str:
        address = unescape(found[2][1:-1])
        query = unquote(address.partition("?")[2])
        if not query or _line(query) == query or SEALED in query:
            return found[0]
        return f'{found[1]}"{escape(sealed(address))}"'

    def piece(found: re.Match[str]) -> str:
        if found["text"] is not None:
            return _line(found["text"])
        if found["whole"] is not None:
            return found["whole"]
        tag = _SPOKEN.sub(lambda m: f"{m[1]}{_line(m[2])}", found["tag"])
        tag = _LINKED.sub(link, _DIALLED.sub("", tag))
        return _MAILED.sub("", tag) if mailed else tag

    return _PIECE.sub(piece, page)


def _masked(value: Any, *, phone: bool, emails: bool) -> Any:
    match value:
        case str():
            return _text(mask_number(value) if phone else value, emails=emails)
        case dict():
            return {
                key: _masked(
                    one, phone=phone or is_phone_attribute(key) or key == "number", emails=emails
                )
                for key, one in value.items()
            }
        case list():
            return [_masked(one, phone=phone, emails=emails) for one in value]
    return value
