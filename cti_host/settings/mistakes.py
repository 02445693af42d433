"""What a validator of settings raises: what is wrong, and what to write instead."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from cti_host.settings.toml import KeyPath

BAD_SETTING = "bad_setting"


class BadSetting(ValueError):
    """A setting is wrong.

    :param message: what is wrong with it: "is not an address"
    :param remedy: what to write instead: "begin with https://"
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}; {remedy}" if remedy else message)
        self.message, self.remedy = message, remedy


def bad_settings(mistakes: Iterable[tuple[KeyPath, BadSetting]]) -> ValidationError:
    """Several mistakes as one error to raise in a validator, each with the key where it is.

    :param mistakes: at least one; its keys begin at the value that the validator got
    """
    return ValidationError.from_exception_data(
        "settings",
        [
            InitErrorDetails(
                # The message is data: as a template its braces would be placeholders.
                type=PydanticCustomError(
                    BAD_SETTING,
                    "{message}",
                    {"message": mistake.message, "remedy": mistake.remedy},
                ),
                loc=path,
                input=None,
            )
            for path, mistake in mistakes
        ],
    )
