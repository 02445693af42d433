"""What the values in the `preset` tables of the settings, and the labels, may hold.

A preset is a query, whose first object is meant; a placeholder alone (":phone"); or a text, in
which `$phone$` and `$datetime$` are filled in. A backend asks the queries (see `Presets`), the rest
is the same for all of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from flask_babel import format_datetime
from flask_babel import gettext as _

from cti_host.host import Host
from cti_host.model import Call, Caller, Incomplete, Reason, Unavailable, Unsearchable, Value

_PLACEHOLDER = re.compile(r"\s*:([A-Za-z_]\w*(?:->[A-Za-z_]\w*)?)\s*", re.ASCII)
_QUERY = re.compile(r"\s*SELECT\s")
SELECTED = "selected_caller"
_IN_TEXT = re.compile(r"\$(\w+)\$")


def is_query(preset: str) -> bool:
    """Whether a preset is a query (that gives an external key) rather than a value."""
    return _QUERY.match(preset) is not None


def placeholder_of(preset: str) -> str:
    """The name in a preset that is a placeholder (":phone"); "" for any other preset."""
    found = _PLACEHOLDER.fullmatch(preset)
    return found[1] if found else ""


def names_in(text: str) -> list[str]:
    """The names that `fill_in` looks for in a text: "phone" in "Call from $phone$"."""
    return [name for name in _IN_TEXT.findall(text) if not name[0].isdigit()]


def fill_in(text: str, call: Call, *, withheld: str = "") -> str:
    """A text with the attributes of a call in it: "Call from $phone$ at $datetime$".

    `$datetime$` is the moment of the call, in the agent's language and the site's time zone; what
    the call does not have stays as it is written.

    :param withheld: what stands for a number that the phone system left empty
    """

    def value(found: re.Match[str]) -> str:
        if found[1] == "datetime":
            return str(format_datetime(call.received_at, "short"))
        given = call.parameters.get(found[1], found[0])
        is_withheld = isinstance(given, Unsearchable) and given.reason is Reason.WITHHELD
        return str(given) or (withheld if is_withheld else "")

    return _IN_TEXT.sub(value, text)


QueryParameters = Mapping[str, Value | int | None]


class Presets:
    """The values for the forms of one plugin, from the `preset` tables of the settings.

    A caller of another plugin is never the value of a key: no query is asked with their id, and
    their name and number are added to the log of the form instead.

    :param source: the plugin's name
    :param ask: asks queries, given by attribute code, with parameters (those of the call, and
        `selected_caller`: the id, or `None`); returns the id of the first object found, as text,
        by attribute code; "" or nothing for a query that finds none
    :param placeholder: the value of a placeholder that is about neither the call nor the caller
        (":current_contact_id", without the colon); "" for none
    :param logs: the attributes of a class's form that are logs, the one for callers first
    """

    def __init__(
        self,
        host: Host,
        source: str,
        *,
        ask: Callable[[Mapping[str, str], QueryParameters], Mapping[str, str]],
        placeholder: Callable[[str], str],
        logs: Callable[[str], Sequence[str]],
    ) -> None:
        self._host, self._source = host, source
        self._ask, self._more, self._logs = ask, placeholder, logs

    def values(
        self, class_name: str, caller: Caller | None, call: Call, direct: bool
    ) -> dict[str, str]:
        """Attribute code to text; what has no value for this caller is left out.

        :param caller: whoever was chosen, also if they are another plugin's
        :param direct: whether the presets are those of `direct_creation`
        :raises Incomplete: some can't be asked for now; the others are in it
        """
        settings = self._host.settings
        chapter = settings.direct_creation if direct else settings.indirect_creation
        presets = chapter[class_name].preset if class_name in chapter else {}
        own = caller if caller is not None and caller.source == self._source else None
        parameters = {**call.parameters, SELECTED: own.id if own else None}
        asked, problem = self._asked(presets, parameters)
        missing = [code for code, preset in presets.items() if _is_asked(preset, parameters)]
        missing = [code for code in missing if code not in asked]
        values = {
            code: asked.get(code, "")
            if _is_asked(preset, parameters)
            else _given(placeholder_of(preset), parameters)
            if placeholder_of(preset)
            else fill_in(preset, call)
            for code, preset in presets.items()
        }
        if caller is not None and own is None:
            logs = self._logs(class_name)
            log = next((code for code in logs if values.get(code)), next(iter(logs), None))
            if log is not None:
                lines = [values.get(log, ""), _about(caller, call)]
                values[log] = "\n".join(filter(None, lines))
        filled = {code: value for code, value in values.items() if value}
        if problem is not None:
            line = _("Please fill in yourself: %(codes)s.", codes=", ".join(missing))
            raise Incomplete(str(problem), filled, f"{problem.reason} {line}".strip()) from problem
        return filled

    def _asked(
        self, presets: Mapping[str, str], parameters: QueryParameters
    ) -> tuple[dict[str, str], Unavailable | None]:
        """The values that have to be asked for, by attribute code, and what kept others away.

        Where one question has no answer, no further one is asked.
        """
        values: dict[str, str] = {}
        try:
            queries = {code: preset for code, preset in presets.items() if is_query(preset)}
            if queries:
                found = self._ask(queries, parameters)
                values = {code: found.get(code, "") for code in queries}
            for code, preset in presets.items():
                if code not in queries and _is_asked(preset, parameters):
                    values[code] = self._more(placeholder_of(preset))
        except Unavailable as problem:
            return values, problem
        return values, None


def _is_asked(preset: str, parameters: QueryParameters) -> bool:
    """Whether only the plugin's data tells the value of a preset."""
    name = placeholder_of(preset)
    return is_query(preset) or (bool(name) and name not in parameters)


def _given(name: str, parameters: QueryParameters) -> str:
    value = parameters[name]
    return "" if value is None or isinstance(value, Unsearchable) else str(value)


def _about(stranger: Caller, call: Call) -> str:
    """A line for a log: who calls, and from which number."""
    texts = [str(v) for v in call.parameters.values() if not isinstance(v, Unsearchable)]
    number = str(call.number or ", ".join(texts))
    return str(_("Caller: %(name)s, %(number)s", name=stranger.display, number=number))
