"""The texts of fields: what a stored text looks like in a form, and what kind of text it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cti_oql.schema import Kind
from flask import request
from flask_wtf import FlaskForm

from cti_host import masked_email, masked_number, masked_text
from cti_tickets.model.schema import Attribute, ClassDef
from cti_tickets.store.markup import typed_text
from cti_tickets.store.values import LONG_TEXTS

# The name of the hidden fields that say which fields hold HTML.
HTML_FIELDS = "html"


def html_fields(form: FlaskForm, cls: ClassDef, codes: Sequence[str]) -> set[str]:
    """The attributes whose fields hold HTML, not a text as somebody reads it.

    That is what came from another system as HTML. Only so can it be changed without a loss; a
    field of the form says what it was when the form was opened.
    """
    said = {*request.form.getlist(HTML_FIELDS)}
    return {
        code
        for code in codes
        if cls.attributes[code].kind is Kind.HTML and (code in said or _is_html(form, code))
    }


def _is_html(form: FlaskForm, code: str) -> bool:
    """Whether a field still holds HTML that is stored."""
    field, stored = form[code], form.stored.get(code)
    return (
        isinstance(stored, str)
        and typed_text(stored) is None
        and unbroken(field.data) == unbroken(field.object_data)
    )


def as_typed(attribute: Attribute, value: Any) -> Any:
    """A text that is stored as HTML only to be shown as it was typed, as it was typed."""
    if attribute.kind is not Kind.HTML or not isinstance(value, str):
        return value
    text = typed_text(value)
    return value if text is None else text


def masked(kind: Kind, text: str) -> str:
    """What a field shows an agent who sees no numbers; `restored` takes it back."""
    if kind is Kind.PHONE:
        return masked_number(text)
    if kind is Kind.EMAIL:
        return masked_email(text)
    return masked_text(text) if kind is Kind.STRING or kind in LONG_TEXTS else text


def unbroken(text: str | None) -> str:
    """A text as it is stored, whichever line ends the browser sent."""
    return (text or "").replace("\r\n", "\n").replace("\r", "\n")
