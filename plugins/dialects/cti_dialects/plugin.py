"""The plugin: its settings, and the pages of the dialects that are on."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint
from flask.blueprints import BlueprintSetupState
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import RequestRedirect

from cti_dialects.dialect import Dialect
from cti_dialects.pages import Pages, usable
from cti_dialects.settings import DialectsConfig
from cti_host import Host, did_you_mean, hookimpl

NAME = "dialects"


class Plugin:
    """URLs of other products, such as iTop's own, open the panel."""

    class Config(DialectsConfig):
        """The table `[plugin.dialects]`; README.md explains each key."""

    def __init__(self, config: Config) -> None:
        self._own = set(config.own)
        self._clashes = config.clashes()
        self._dialects: Sequence[Dialect] = config.dialects()
        self._host: Host | None = None

    @hookimpl
    def register(self, host: Host) -> None:
        """Leave out what can't be understood with the site's `[url_parameters]`."""
        self._host = host
        for name, message in self._clashes.items():
            remedy = "choose another one, or name the other dialect in `disabled`"
            host.problem(("plugin", NAME, "own", name), message, remedy)
        known = [*host.settings.url_parameters.values()]
        self._dialects, useless = usable(self._dialects, host.settings.url_parameters)
        for dialect in useless:
            if dialect.name in self._own:
                host.warn(
                    ("plugin", NAME, "own", dialect.name, "parameters"),
                    "gives no attribute of [url_parameters]: calls are not understood",
                    f"attributes: {', '.join(sorted(known))}",
                )
        for dialect in self._dialects:
            if dialect.name in self._own:
                for parameter, attribute in dialect.parameters.items():
                    if attribute not in known:
                        host.warn(
                            ("plugin", NAME, "own", dialect.name, "parameters", parameter),
                            f"[url_parameters] has no attribute {attribute!r}: it is left out",
                            did_you_mean(attribute, known),
                        )

    @hookimpl
    def blueprints(self) -> Sequence[Blueprint]:
        """A page for the path of each dialect."""
        blueprint = Blueprint(NAME, __name__, template_folder="templates")
        blueprint.record(self._refuse_taken_paths)
        Pages(self._dialects).add_to(blueprint)
        return [blueprint]

    def _refuse_taken_paths(self, state: BlueprintSetupState) -> None:
        """Report dialects of the site at an address that already has a page."""
        pages = state.app.url_map.bind("localhost")
        for dialect in self._dialects:
            if dialect.name not in self._own or self._host is None:
                continue
            try:
                pages.match(dialect.path)
            except NotFound:
                continue
            except (HTTPException, RequestRedirect):
                pass
            self._host.problem(
                ("plugin", NAME, "own", dialect.name, "path"),
                f"{dialect.path} is a page of this host already",
                "a dialect needs a path of its own",
            )
