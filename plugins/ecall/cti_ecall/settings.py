"""The table `[ecall_parameters]`, in both of its flavours, checked as a whole."""

from __future__ import annotations

import re
from typing import Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ModelWrapValidatorHandler,
    PrivateAttr,
    field_validator,
    model_validator,
)

from cti_ecall.address import Address
from cti_host import BadSetting, Localised, PluginConfig, bad_settings, with_labels

_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_Place = tuple[int | str, ...]
_Mistakes = list[tuple[_Place, BadSetting]]


def _parameter_mistake(parameter: str, code: str) -> BadSetting | None:
    """What is wrong with a parameter and the attribute that it is; `None`: nothing."""
    if not parameter.strip():
        return BadSetting("the URL parameter has no name", 'write telephone = "phone"')
    if not _ATTRIBUTE.fullmatch(code):
        return BadSetting(f"{code!r} is not an attribute of the caller", 'write its code: "phone"')
    return None


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
            if mistake := _parameter_mistake("any", data):
                raise mistake
            entry = cls.model_construct(attributes={})
            entry._attribute = data
            return entry
        if not isinstance(data, dict):
            raise BadSetting(
                "is neither an attribute nor an action",
                'write an attribute in quotes ("phone"), or a table of an action: '
                '{ icon = "fas fa-phone", attributes = { telephone = "phone" } }',
            )
        return handler(with_labels(data))

    @field_validator("attributes")
    @classmethod
    def _real_attributes(cls, value: dict[str, str]) -> dict[str, str]:
        if not value:
            raise BadSetting("names no attribute", 'write at least one: { telephone = "phone" }')
        mistakes: _Mistakes = [
            ((parameter,), mistake)
            for parameter, code in value.items()
            if (mistake := _parameter_mistake(parameter, code))
        ]
        if mistakes:
            raise bad_settings(mistakes)
        return value


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
            mistakes.append((("url",), BadSetting("is required", 'add url = "https://…"')))
        elif not mistakes:
            mistakes += self._address_mistakes(Address(self.url))
        if mistakes:
            raise bad_settings(mistakes)
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

    def attributes(self) -> dict[_Place, str]:
        """The attributes of the caller that are named, each with its key below this table."""
        if self.is_legacy:
            return {("url_parameters", k): e.attribute for k, e in self.url_parameters.items()}
        return {
            ("url_parameters", key, "attributes", parameter): code
            for key, entry in self.url_parameters.items()
            for parameter, code in entry.attributes.items()
        }

    def _entry_mistakes(self) -> _Mistakes:
        if not self.url_parameters:
            given = "url_parameters" in self.model_fields_set
            message = "names no parameter" if given else "is required"
            remedy = 'write url_parameters = { telephone = "phone" }'
            return [(("url_parameters",), BadSetting(message, remedy))]
        tables = [key for key, entry in self.url_parameters.items() if not entry.attribute]
        mistakes: _Mistakes = []
        for key, entry in self.url_parameters.items():
            mistake = None
            if entry.attribute and tables:
                mistake = BadSetting(
                    f"is a text, but {tables[0]!r} is a table",
                    f'write {{ attributes = {{ telephone = "{entry.attribute}" }} }}, '
                    "or all entries as texts",
                )
            elif entry.attribute:
                mistake = _parameter_mistake(key, entry.attribute)
            elif not _KEY.fullmatch(key):
                mistake = BadSetting(
                    "is not the key of an action", "use letters, digits, _ and - only"
                )
            if mistake:
                mistakes.append((("url_parameters", key), mistake))
        return mistakes

    def _address_mistakes(self, address: Address) -> _Mistakes:
        """Where the parameters of an action don't go with the placeholders of the address."""
        mistakes: _Mistakes = []
        for key, action in self.actions().items():
            place: _Place = ("url_parameters",)
            place = place if self.is_legacy else (*place, key, "attributes")
            for name in address.placeholders:
                if name not in action.attributes:
                    missing = BadSetting(
                        f"the url has {{{name}}}, which is not here",
                        f'say which attribute that is: {name} = "phone"',
                    )
                    mistakes.append((place, missing))
            for name in action.attributes:
                if name in address.placeholders:
                    continue
                if not address.is_web:
                    wrong = BadSetting(
                        "has no place in the url", f"write {{{name}}} there, or remove it"
                    )
                    mistakes.append(((*place, name), wrong))
                elif name in address.own_parameters:
                    wrong = BadSetting(
                        f"the url already has a parameter {name!r}", "remove one of them"
                    )
                    mistakes.append(((*place, name), wrong))
        return mistakes
