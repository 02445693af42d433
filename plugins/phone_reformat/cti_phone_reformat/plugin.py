"""The plugin: its settings, and the two hooks in which it takes part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import phonenumbers
from pydantic import Field, StrictInt, field_validator

from cti_host import (
    BadSetting,
    Call,
    Host,
    Number,
    PluginConfig,
    Reason,
    Unsearchable,
    bad_settings,
    did_you_mean,
    hookimpl,
)
from cti_phone_reformat.called import is_searched_alone
from cti_phone_reformat.reader import Dialled, NumberReader, Output
from cti_phone_reformat.readings import ReadText
from cti_phone_reformat.sentences import number_of
from cti_phone_reformat.unsearchable import Detector, is_too_short
from cti_phone_reformat.written.wrapping import LONGEST, read_writings

NAME = "phone_reformat"
CACHED_TEXTS = 4096
MOST_EXTENSION_DIGITS = 8


def _each(values: list[str], is_right: Callable[[str], bool], wrong: BadSetting) -> list[str]:
    """The values of a list, if all of them are right.

    :raises ValidationError: the mistake, at each that is wrong
    """
    mistakes = [((position,), wrong) for position, one in enumerate(values) if not is_right(one)]
    if mistakes:
        raise bad_settings(mistakes)
    return values


class Plugin:
    """Numbers in any writing become E.164; withheld callers are not searched for."""

    class Config(PluginConfig):
        """The table `[plugin.phone_reformat]`; README.md explains each key."""

        region: str = "FR"
        output: Output = "e164"
        dialled: Dialled = "e164"
        international_prefixes: list[str] = Field(default=["00"])
        extension_digits: list[StrictInt] = Field(default=[3, 5])
        withheld: list[str] = Field(default=[])
        attributes: list[str] = Field(default=[])

        @field_validator("region")
        @classmethod
        def _known_region(cls, value: str) -> str:
            if value in phonenumbers.SUPPORTED_REGIONS:
                return value
            if value.upper() in phonenumbers.SUPPORTED_REGIONS:
                raise BadSetting("is in small letters", f'write "{value.upper()}"')
            raise BadSetting(
                f"{value!r} is not a country", 'write its ISO 3166 code: "FR", "DE", "GB"'
            )

        @field_validator("international_prefixes")
        @classmethod
        def _prefixes_of_digits(cls, value: list[str]) -> list[str]:
            return _each(
                value,
                lambda prefix: prefix.isascii() and prefix.isdigit() and len(prefix) <= 8,
                BadSetting("is not a prefix", 'write 1 to 8 digits: "00"'),
            )

        @field_validator("extension_digits")
        @classmethod
        def _shortest_and_longest(cls, value: list[int]) -> list[int]:
            if len(value) != 2 or not 2 <= value[0] <= value[1] <= MOST_EXTENSION_DIGITS:
                raise BadSetting(
                    "is not a range of digits",
                    "write the fewest and the most digits of an extension, "
                    f"between 2 and {MOST_EXTENSION_DIGITS}: [3, 5]",
                )
            return value

        @field_validator("withheld", "attributes")
        @classmethod
        def _no_empty_text(cls, value: list[str]) -> list[str]:
            return _each(
                value, lambda text: bool(text.strip()), BadSetting("is empty", "remove it")
            )

    def __init__(self, config: Config) -> None:
        fewest, most = config.extension_digits
        self._reader = NumberReader(
            config.region,
            config.output,
            config.international_prefixes,
            (fewest, most),
            config.dialled,
        )
        self._detector = Detector(config.withheld)
        # A site may name a dummy number as withheld: it counts in every writing.
        self._withheld_keys = frozenset(
            reading.key for text in config.withheld for reading in self._reader.read(text).sure
        )
        self._listed = config.attributes
        self._attributes = frozenset(config.attributes)
        # Switchboard numbers and pops that are reloaded come again and again.
        self._understand = lru_cache(CACHED_TEXTS)(self._understand_anew)

    @hookimpl
    def register(self, host: Host) -> None:
        """Warn of attributes that no call has."""
        known = [*host.settings.url_parameters.values()]
        for position, attribute in enumerate(self._listed):
            if attribute not in known:
                host.warn(
                    ("plugin", NAME, "attributes", position),
                    f"calls have no attribute {attribute!r}",
                    f"{did_you_mean(attribute, known)} (see [url_parameters])",
                )

    @hookimpl
    def parse_number(self, text: str) -> Number | None:
        """Understand a text as a phone number; what must match nobody is no number."""
        understood = self._understand(text).stored
        return understood if isinstance(understood, Number) else None

    @hookimpl
    def preprocess_parameters(self, call: Call) -> Call | None:
        """Put a `Number` or `Unsearchable` in place of each text that is one.

        Other texts (a name, an e-mail address) stay, and so does what a plugin before this one
        has already understood.
        """
        changed = call
        for attribute, value in call.parameters.items():
            if not isinstance(value, str) or not self._is_asked_for(attribute):
                continue
            called = self._understand(value).called
            if called is not None:
                changed = changed.with_parameter(attribute, called)
        return None if changed is call else changed

    def _is_asked_for(self, attribute: str) -> bool:
        return not self._attributes or attribute in self._attributes

    def _understand_anew(self, text: str) -> _Understood:
        if len(text.strip()) > LONGEST:
            return _Understood(text)
        writings = read_writings(text)
        reason = self._detector.reason(writings[0])
        if reason is not None:
            return _Understood(text, Unsearchable(text, reason))
        read = self._reader.read_written(writings, text)
        number = number_of(text, read)
        if number is None:
            too_short = is_too_short(writings[0])
            return _Understood(text, Unsearchable(text, Reason.TOO_SHORT) if too_short else None)
        if self._withheld_keys.intersection(number.number_keys):
            return _Understood(text, Unsearchable(text, Reason.WITHHELD))
        return _Understood(text, number, read)


@dataclass(frozen=True)
class _Understood:
    """What a text is where it is stored, and how it was read, if it is a number."""

    text: str
    stored: Number | Unsearchable | None = None
    read: ReadText | None = None

    @cached_property
    def called(self) -> Number | Unsearchable | None:
        """What the text is where a call brings it: with other words, it may be a name."""
        if self.read is None:
            return self.stored
        if not self.read.is_number:
            return None
        if is_searched_alone(self.read):
            return self.stored
        return number_of(self.text, self.read, called=True)
