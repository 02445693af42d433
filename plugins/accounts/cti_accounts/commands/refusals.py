"""What the commands have in common."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from cti_accounts.accounts import AccountRefused

_P = ParamSpec("_P")
_T = TypeVar("_T")


def refusals(function: Callable[_P, _T]) -> Callable[_P, _T]:
    """Turn a refusal into a message and exit code 1."""

    @wraps(function)
    def wrapper(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        try:
            return function(*args, **kwargs)
        except AccountRefused as refused:
            raise click.ClickException(str(refused)) from None

    return wrapper
