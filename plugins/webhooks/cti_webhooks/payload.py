"""What came in a request's body: JSON or a form, read the same way."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cti_calls.api_for_plugins import N_, Problem

from cti_webhooks.values import MOST_CHARACTERS, clean, is_placeholder, with_plus

MISSING = N_("%(field)s is missing")
MASKED = "***"
MOST_FIELDS = 500
_LONGEST_NAME = 100
_MOST_VALUES = 100
_DEEPEST = 30
_SECRET = re.compile(
    r"pass(?:word|wd|phrase)?|secret|token|authorization|api[_-]?key|signature", re.IGNORECASE
)
_INDEX = re.compile(r"\[\d*\]")


class NotUnderstood(Exception):
    """A payload can't be used.

    :param field: the field that is wrong or missing; "body": all of it
    :param text: what is wrong with it, marked for the catalogues: "%(field)s is missing"
    :param values: what else stands in it
    """

    def __init__(self, field: str, text: str = MISSING, **values: str | int) -> None:
        self.field = field[:_LONGEST_NAME]
        self.problem = Problem(text, {"field": self.field, **values})
        super().__init__(str(self.problem))


@dataclass(frozen=True)
class Payload:
    """A body that was read.

    :param data: names to values; of a form, a text or a list of texts
    :param is_form: whether it was a form, where numbers may have lost their "+"
    """

    data: Mapping[str, Any]
    is_form: bool = False

    def text(self, *names: str) -> str | None:
        """The text of the first of these fields that is there; `None`: none is.

        What a phone system should have filled in, and did not, is empty.

        :raises NotUnderstood: it holds something else than a text or a number
        """
        for name in names:
            if self.data.get(name) is not None:
                return as_text(name, self.data[name])
        return None

    def number(self, *names: str) -> str | None:
        """Like `text`, of a field with a phone number."""
        found = self.text(*names)
        return None if found is None else self.restored(found)

    def restored(self, number: str) -> str:
        """A number with the "+" that it lost in a form."""
        return with_plus(number) if self.is_form else number

    def texts(self, *names: str) -> tuple[str, ...]:
        """All texts of a field that may hold several, each once: also `name[]` and `name[0]`.

        :raises NotUnderstood: it holds something else than texts and numbers
        """
        values: dict[str, None] = {}
        for key, value in self.data.items():
            name = _INDEX.sub("", key)
            if name in names and value is not None:
                for one in value if isinstance(value, list) else [value]:
                    # Not by its key: that is what somebody sent, however long it is.
                    text = as_text(name, one).strip()
                    if text:
                        values[text] = None
        return tuple(values)[:_MOST_VALUES]

    def for_journal(self, secrets: Collection[str] = ()) -> str:
        """The payload as text, without what is secret in it.

        :param secrets: texts that must not be in it
        """
        # Before it is written: as JSON or a form, a secret may be written in another way.
        masked = _masked(self.data, [secret for secret in secrets if secret])
        if self.is_form:
            return clean(urlencode(masked, doseq=True, errors="replace"))
        return clean(json.dumps(masked, ensure_ascii=False, separators=(",", ":")))


def as_text(name: str, value: Any) -> str:
    """A single value as text.

    :raises NotUnderstood: it is a list or a table
    """
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NotUnderstood(name, N_("%(field)s is not a text"))
    text = clean(str(value))
    if len(text) > MOST_CHARACTERS:
        raise NotUnderstood(
            name, N_("%(field)s is longer than %(most)s characters"), most=MOST_CHARACTERS
        )
    return "" if is_placeholder(text) else text


def read_json(body: bytes) -> Payload:
    """A body of JSON.

    :raises NotUnderstood: it is not JSON, or not an object
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstood("body", N_("%(field)s is not JSON")) from None
    if not isinstance(data, dict):
        raise NotUnderstood("body", N_("%(field)s is not a JSON object"))
    if _is_deeper(data, _DEEPEST):
        raise NotUnderstood(
            "body", N_("%(field)s is nested more than %(most)s times"), most=_DEEPEST
        )
    return Payload(data)


def read_form(body: bytes) -> Payload:
    """A body of a form, urlencoded; one that is JSON all the same is read as JSON.

    :raises NotUnderstood: it has too many fields
    """
    if body.lstrip()[:1] == b"{":
        return read_json(body)
    try:
        pairs = parse_qsl(
            body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST_FIELDS
        )
    except ValueError:
        raise NotUnderstood(
            "body", N_("%(field)s has more than %(most)s fields"), most=MOST_FIELDS
        ) from None
    return form_of(pairs)


def form_of(pairs: Sequence[tuple[str, str]]) -> Payload:
    """The fields of a form; one that is repeated has a list."""
    data: dict[str, Any] = {}
    for name, value in pairs:
        if name not in data:
            data[name] = value
        elif isinstance(data[name], list):
            data[name].append(value)
        else:
            data[name] = [data[name], value]
    return Payload(data, is_form=True)


def _is_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(_is_deeper(one, levels - 1) for one in inside)


def _masked(value: Any, secrets: Sequence[str]) -> Any:
    """A value without secrets, those in the names of fields included."""
    if isinstance(value, Mapping):
        return {
            _without(key, secrets): MASKED if _SECRET.search(key) and one else _masked(one, secrets)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_masked(one, secrets) for one in value]
    if isinstance(value, str):
        return _without(value, secrets)
    if isinstance(value, int | float) and any(secret in str(value) for secret in secrets):
        return MASKED
    return value


def _without(text: str, secrets: Sequence[str]) -> str:
    text = clean(text)
    for secret in secrets:
        text = text.replace(secret, MASKED)
    return text
