"""Check the settings at the start, as far as this can be done without asking iTop."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from cti_oql import OqlError

from cti_host import Host, did_you_mean, is_query, nearest, placeholder_of
from cti_itop.queries.agent_parameters import KNOWN, is_known
from cti_itop.queries.query import Param, Query
from cti_itop.rest.classes import common_class, person_codes
from cti_itop.rest.client import Account
from cti_itop.rest.links import NEVER_PRESET
from cti_itop.settings import BadSecretFile, ItopConfig, read_secret

SECTION = ("plugin", "itop")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")

Path = tuple[str | int, ...]


def read_account(host: Host, config: ItopConfig) -> Account:
    """The account of the settings; what is wrong with it is reported."""
    secrets: dict[str, str] = {}
    for name, value, file in (
        ("token", config.token, config.token_file),
        ("password", config.password, config.password_file),
    ):
        path = host.config.resolve(file) if file else None
        try:
            secret = read_secret(value, path, f"CTI_ITOP_{name.upper()}")
        except BadSecretFile as error:
            host.problem((*SECTION, f"{name}_file"), str(error), "write the secret into it")
            continue
        secrets[name] = secret.get_secret_value()
    token, password = secrets.get("token", ""), secrets.get("password", "")
    if config.user:
        if not password and "password" in secrets:
            host.problem(
                (*SECTION, "user"),
                "there is no password for the user",
                'write password_file = "…", or set the variable CTI_ITOP_PASSWORD',
            )
        return Account(user=config.user, password=password)
    if not token and "token" in secrets:
        host.problem(
            SECTION,
            "there is neither a token nor a user",
            'write token_file = "…", or user = "…" and password_file = "…"',
        )
    return Account(token=token)


def check_address(host: Host, config: ItopConfig) -> None:
    """iTop's address is there, and secrets do not travel in the clear."""
    if not config.url:
        host.problem(
            (*SECTION, "url"), "is required", 'write url = "https://itop.example.org/itop"'
        )
        return
    parts = urlsplit(config.url)
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        host.warn(
            (*SECTION, "url"),
            "the account's secret travels to iTop without encryption",
            "use https://",
        )
    if config.connect_seconds + config.read_seconds > config.timeout:
        host.problem(
            (*SECTION, "timeout"),
            "is less than connect_seconds and read_seconds together",
            f"write {config.connect_seconds + config.read_seconds:g} or more",
        )


def check_queries(host: Host) -> None:
    """Every query is one, and the settings provide each of its placeholders.

    Whether iTop has the classes and attributes, only iTop knows: `cti-host check --online` asks.
    """
    settings = host.settings
    information = settings.caller_information
    path: Path = ("caller_information", "query")
    query = _query(host, path, information.query, ())
    if query is not None and not query.parameters:
        attributes = ", ".join(f":{name}" for name in sorted(settings.url_parameters.values()))
        host.warn(
            path,
            "nothing of the call is in the query: nobody is found",
            f"compare with {attributes}",
        )
    if query is not None:
        _display_name(host, common_class(query.branches))
    for position, one in enumerate(settings.display_tickets.lists):
        if one.enabled:
            known = ("callers_list", "selected_caller")
            _query(host, ("display_tickets", "lists", position, "query"), one.query, known)
    # The defaults are right; what a site's [url_parameters] do not provide is left empty.
    for chapter in settings.model_fields_set & {"direct_creation", "indirect_creation"}:
        for class_name, creation in getattr(settings, chapter).items():
            if creation.enabled:
                _check_presets(host, (chapter, class_name, "preset"), creation.preset)


def _display_name(host: Host, class_name: str) -> None:
    """Attributes that look like a usual one; iTop may have others, which nobody knows here."""
    known = person_codes(class_name)
    for code in host.settings.caller_information.display_name:
        if code not in known and nearest(code, known):
            host.warn(
                ("caller_information", "display_name"),
                f"{code!r} is not a usual attribute of {class_name}",
                did_you_mean(code, known),
            )


def _check_presets(host: Host, path: Path, presets: Mapping[str, str]) -> None:
    for code, preset in presets.items():
        if code == NEVER_PRESET:
            host.warn(
                (*path, code), "is left out: iTop decides the first state itself", "remove it"
            )
        elif is_query(preset):
            _query(host, (*path, code), preset, ("selected_caller",))
        elif placeholder_of(preset):
            _placeholders(host, (*path, code), [placeholder_of(preset)], ("selected_caller",))


def _query(host: Host, path: Path, text: str, known: Iterable[str]) -> Query | None:
    """A query of the settings; None after reporting why iTop couldn't be asked it."""
    try:
        query = Query(text)
        # A list is only allowed in IN.
        query.inlined({name: _example(name) for name in query.parameters})
    except OqlError as error:
        remedy = error.remedy or 'write "SELECT Class WHERE …"'
        host.problem(path, f"{error.place}{error.message}", remedy)
        return None
    _placeholders(host, path, query.parameters, known)
    return query


def _example(name: str) -> Param:
    """A value such as a call gives this parameter."""
    return [1, 2] if name == "callers_list" else "1"


def _placeholders(host: Host, path: Path, used: Iterable[str], known: Iterable[str]) -> None:
    given = {*known, *host.settings.url_parameters.values()}
    for name in used:
        if name not in given and not is_known(name):
            listed = ", ".join(f":{one}" for one in sorted({*given, *KNOWN}))
            near = nearest(name, given | KNOWN)
            remedy = f"did you mean :{near}?" if near else f"known: {listed}, :current_contact->…"
            host.problem(path, f"no setting provides :{name}", remedy)
