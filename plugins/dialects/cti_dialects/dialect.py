"""A dialect: the URL with which phone systems announce a call to some product, as data."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus, unquote_plus

from cti_host import split_query

SAMPLES = {"phone": "0987654321", "mobile_phone": "0612345678", "email": "ada@example.org"}
_MOST_SHOWN, _LONGEST_SHOWN = 20, 60


@dataclass(frozen=True)
class Dialect:
    """One shape of URL.

    :param name: its name in the settings
    :param product: what the phone system was set up for, as people call it
    :param path: the path of the URL: "/cti.do"
    :param fixed: parameters that must be there, with these values
    :param parameters: parameter to attribute of the caller. Of several for one attribute the
        first that holds something counts. Empty: those of `[url_parameters]`, all of them.
    :param anywhere: whether there may be more path in front, where the product was installed
    :param semicolons: whether semicolons separate its parameters; either way, `;` and `&` are
        understood
    """

    name: str
    product: str
    path: str
    fixed: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    anywhere: bool = False
    semicolons: bool = False

    def sent(self, query: str, names: Collection[str] = ()) -> list[tuple[str, str]]:
        """The parameters of a query: the name decoded, the value as it came.

        :param names: parameters that are asked for besides those of the dialect
        """
        asked_for = {*self.fixed, *self.parameters, *names}
        return [(name, raw.decode()) for name, raw in split_query(query.encode(), asked_for)]

    def is_spoken(self, query: str) -> bool:
        """Whether the query has the fixed parameters of this dialect, each once."""
        sent = self.sent(query)
        return all(
            [unquote_plus(raw) for name, raw in sent if name == wanted] == [value]
            for wanted, value in self.fixed.items()
        )

    def meaning(self, url_parameters: Mapping[str, str]) -> Mapping[str, str]:
        """Parameter to attribute at a site with these `[url_parameters]`."""
        if not self.parameters:
            return url_parameters
        known = set(url_parameters.values())
        return {name: a for name, a in self.parameters.items() if a in known}

    def example(self, root: str, url_parameters: Mapping[str, str]) -> str:
        """A URL of this dialect on a host whose address is `root`."""
        first: dict[str, str] = {}
        for name, attribute in self.meaning(url_parameters).items():
            first.setdefault(attribute, name)
        pairs = [(name, quote(value, safe="")) for name, value in self.fixed.items()]
        pairs += [
            (name, quote(SAMPLES.get(attribute, attribute.upper()), safe="@"))
            for attribute, name in first.items()
        ]
        separator = ";" if self.semicolons else "&"
        query = separator.join(f"{quote_plus(name)}={value}" for name, value in pairs)
        return f"{root.rstrip('/')}{self.path}?{query}"


BUILT_IN = (
    Dialect(
        "itop",
        "iTop",
        "/pages/exec.php",
        fixed={"exec_module": "combodo-telephony-integration", "exec_page": "index.php"},
        anywhere=True,
    ),
    Dialect(
        "znuny",
        "Znuny, OTRS",
        "/index.pl",
        fixed={"Action": "AgentTicketPhoneCTI"},
        parameters={"CallerID": "phone"},
        anywhere=True,
        semicolons=True,
    ),
    Dialect(
        "servicenow",
        "ServiceNow",
        "/cti.do",
        parameters={"sysparm_caller_phone": "phone", "sysparm_caller_name": "friendlyname"},
    ),
    Dialect("xurrent", "Xurrent, 4me", "/sd", parameters={"telephone": "phone"}),
)


def readable(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """What arrived, for a page: decoded, without control characters, not longer than fits."""
    return [(_shown(name), _shown(unquote_plus(raw))) for name, raw in pairs[:_MOST_SHOWN]]


def _shown(text: str) -> str:
    clean = "".join(
        "\N{REPLACEMENT CHARACTER}" if unicodedata.category(c) in ("Cc", "Cf") else c for c in text
    )
    return clean if len(clean) <= _LONGEST_SHOWN else f"{clean[:_LONGEST_SHOWN]}…"
