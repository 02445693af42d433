"""The parameters of a query asked on the command line, understood as those of a call are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from cti_host import Call, Number, Reason, Unsearchable, Value, current_host
from cti_tickets.hook_values import query_parameters


def parameters(params: Sequence[str], params_json: str | None) -> dict[str, Any]:
    """The values of `--param NAME=VALUE` and `--params-json`; an outside number is one anywhere.

    :raises click.BadParameter: it can't be read
    """
    try:
        given: Any = json.loads(params_json) if params_json else {}
    except (ValueError, RecursionError) as error:
        raise click.BadParameter(f"not JSON: {error}", param_hint="--params-json") from None
    if not isinstance(given, dict):
        raise click.BadParameter("not a JSON object", param_hint="--params-json")
    for param in params:
        name, equals, value = param.partition("=")
        if not equals:
            raise click.BadParameter(f"{param!r} is not NAME=VALUE", param_hint="--param")
        given[name] = value
    return {
        name: _number_or_text(value) if isinstance(value, str) else value
        for name, value in as_in_a_call(given).items()
    }


def as_in_a_call(given: Mapping[str, Any]) -> dict[str, Any]:
    """The values, the texts among them that a call brings understood by the plugins.

    These are the attributes of [url_parameters]: a phone number becomes one, and what must match
    nobody (a withheld number, an empty text) matches nobody. All other values stay.
    """
    host = current_host()
    received = {
        attribute: text
        for attribute in host.settings.url_parameters.values()
        if isinstance(text := given.get(attribute), str)
    }
    if not received:
        return dict(given)
    brought: dict[str, Value] = {
        attribute: text or Unsearchable(text, Reason.EMPTY) for attribute, text in received.items()
    }
    call = host.hooks.preprocess_parameters(Call(received, brought))
    return {**given, **query_parameters(call.parameters)}


def _number_or_text(text: str) -> str | Number:
    # "123" is an extension only where a call brings it: elsewhere it may be an id.
    number = current_host().hooks.parse_number(text)
    return number if number is not None and number.e164 else text
