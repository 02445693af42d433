"""The table `[ecall_parameters]`, in both of its flavours, checked as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from cti_ecall.address import Address
from cti_host import Localised, PluginConfig

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LABEL = re.compile(r"label(?:/([A-Z]{2}) [A-Z]{2})?")
_NAMELESS = 'the URL parameter has no name; write telephone = "phone"'

_Place = tuple[int | str, ...]


def _refusal(mistakes: list[tuple[_Place, str]]) -> ValidationError:
    """Several mistakes, each at its own key, as one error: a plain ValueError has no key.

    A mistake without a message is a key that is missing.
    """
    return ValidationError.from_exception_data(
        "ecall_parameters",
        [
            InitErrorDetails(
                # The message is data: as a template its braces would be placeholders.
                type=PydanticCustomError("value_error", "{message}", {"message": message})
                if message
                else "missing",
                loc=place,
                input=None,
            )
            for place, message in mistakes
        ],
    )


def _attribute_mistake(code: str) -> str:
    """What is wrong with the code of an attribute; empty: nothing."""
    if _ATTRIBUTE.fullmatch(code):
        return ""
    return f'{code!r} is not an attribute of the caller; write its code: "phone"'


class ActionSettings(BaseModel):
    """An entry of `url_parameters`.

    A table is an action (the extension's 1.2 flavour): `icon`, `label`, and `attributes`, which
    maps parameters of the URL to attributes of the caller. A text is one such attribute (1.1):
    then `attribute` is its code, and the other fields mean nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)

    icon: str = ""
    label: Localised = Field(default_factory=Localised)
    attributes: dict[str, str]
    _attribute: str = PrivateAttr(default="")

    @property
    def attribute(self) -> str:
        """The attribute's code if the entry is a text, else empty."""
        return self._attribute

    @model_validator(mode="wrap")
    @classmethod
    def _text_or_table(cls, data: Any, handler: ModelWrapValidatorHandler[Self]) -> Self:
        if isinstance(data, str):
            if mistake := _attribute_mistake(data):
                raise ValueError(mistake)
            entry = cls.model_construct(attributes={})
            entry._attribute = data
            return entry
        if not isinstance(data, dict):
            raise ValueError(
                'write an attribute in quotes ("phone"), or a table of an action: '
                '{ icon = "fas fa-phone", attributes = { telephone = "phone" } }'
            )
        return handler(_with_labels(data))

    @field_validator("attributes")
    @classmethod
    def _real_attributes(cls, value: dict[str, str]) -> dict[str, str]:
        if not value:
            raise ValueError('name at least one attribute: { telephone = "phone" }')
        mistakes: list[tuple[_Place, str]] = []
        for parameter, code in value.items():
            mistake = _attribute_mistake(code) if parameter.strip() else _NAMELESS
            if mistake:
                mistakes.append(((parameter,), mistake))
        if mistakes:
            raise _refusal(mistakes)
        return value


def _with_labels(data: Mapping[Any, Any]) -> dict[Any, Any]:
    """A table in which `label` and `label/FR FR` have become one text in several languages."""
    texts: dict[str, str] = {}
    rest: dict[Any, Any] = {}
    for key, value in data.items():
        if not str(key).startswith("label"):
            rest[key] = value
            continue
        language = _LABEL.fullmatch(str(key))
        if language is None:
            raise _refusal([((key,), 'unknown key; write label, or "label/FR FR" in quotes')])
        if not isinstance(value, str) or not value.strip():
            raise _refusal([((key,), 'write a text in quotes: "Call the mobile"')])
        texts[(language[1] or "en").lower()] = value
    return {**rest, "label": Localised(texts)}


class EcallConfig(PluginConfig):
    """`[ecall_parameters]`; README.md explains each key. Without `url` nothing is offered."""

    url: str | None = None
    url_parameters: dict[str, ActionSettings] = Field(default_factory=dict)

    @field_validator("url")
    @classmethod
    def _real_address(cls, value: str) -> str:
        Address(value)
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        if self.url is None and not self.url_parameters:
            return self
        mistakes = self._entry_mistakes()
        if self.url is None:
            mistakes.append((("url",), ""))
        elif not mistakes:
            mistakes += self._address_mistakes(Address(self.url))
        if mistakes:
            raise _refusal(mistakes)
        return self

    @property
    def is_legacy(self) -> bool:
        """Whether `url_parameters` is written in the 1.1 flavour: one action, without icons."""
        return any(entry.attribute for entry in self.url_parameters.values())

    def actions(self) -> dict[str, ActionSettings]:
        """Each action by its key; the flat flavour is one action, "legacy"."""
        if not self.is_legacy:
            return self.url_parameters
        attributes = {name: entry.attribute for name, entry in self.url_parameters.items()}
        return {"legacy": ActionSettings(attributes=attributes)}

    def _entry_mistakes(self) -> list[tuple[_Place, str]]:
        if not self.url_parameters:
            message = 'name at least one parameter: url_parameters = { telephone = "phone" }'
            given = "url_parameters" in self.model_fields_set
            return [(("url_parameters",), message if given else "")]
        tables = [key for key, entry in self.url_parameters.items() if not entry.attribute]
        mistakes: list[tuple[_Place, str]] = []
        for key, entry in self.url_parameters.items():
            message = ""
            if entry.attribute and tables:
                message = (
                    f"is a text, but {tables[0]!r} is a table; write "
                    f'{{ attributes = {{ telephone = "{entry.attribute}" }} }}, '
                    "or all entries as texts"
                )
            elif entry.attribute and not key.strip():
                message = _NAMELESS
            elif not entry.attribute and not _KEY.fullmatch(key):
                message = "the key of an action has letters, digits, _ and - only"
            if message:
                mistakes.append((("url_parameters", key), message))
        return mistakes

    def _address_mistakes(self, address: Address) -> list[tuple[_Place, str]]:
        """Where the parameters of an action don't go with the placeholders of the address."""
        mistakes: list[tuple[_Place, str]] = []
        for key, action in self.actions().items():
            place: _Place = ("url_parameters",)
            place = place if self.is_legacy else (*place, key, "attributes")
            for name in address.placeholders:
                if name not in action.attributes:
                    message = f"the url has {{{name}}}; say which attribute that is: "
                    mistakes.append((place, f'{message}{name} = "phone"'))
            for name in action.attributes:
                if name in address.placeholders:
                    continue
                if not address.is_web:
                    message = f"has no place in the url; write {{{name}}} there, or remove it"
                    mistakes.append(((*place, name), message))
                elif name in address.own_parameters:
                    message = f"the url already has a parameter {name!r}; remove one of them"
                    mistakes.append(((*place, name), message))
        return mistakes
