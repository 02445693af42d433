"""The settings that say which groups give which profiles and organizations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from cti_host import BadSetting, Host, PluginConfig, did_you_mean

MAX_ID = 2**31 - 1


def _ids(value: Any) -> Any:
    ids = isinstance(value, list) and all(
        isinstance(one, int) and not isinstance(one, bool) and 1 <= one <= MAX_ID for one in value
    )
    if value != "all" and not ids:
        raise BadSetting("is not a list of ids of organizations", 'write [3, 12] or "all"')
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Organizations = Annotated[list[int] | Literal["all"], BeforeValidator(_ids)]

# Profiles that iTop comes with; a site may have more in its table of rights.
PROFILES = (
    "Administrator",
    "Change Approver",
    "Change Implementor",
    "Change Supervisor",
    "Configuration Manager",
    "Document author",
    "Portal power user",
    "Portal user",
    "Problem Manager",
    "REST Services User",
    "Service Desk Agent",
    "Service Manager",
    "Support Agent",
)


class SingleSignOnConfig(PluginConfig):
    """The settings that sign-in plugins have in common.

    :param profiles: group to the profiles that it gives; who gets none may not come in
    :param everybody: profiles of everybody who is signed in, whatever their groups
    :param organizations: group to the ids of organizations that it allows, with those below them,
        or "all"; without this table everybody may see all
    :param people: the plugin whose persons agents are, found by their e-mail address; empty: the
        first that has tickets
    """

    profiles: Mapping[Text, list[Text]] = Field(default_factory=dict)
    everybody: list[Text] = Field(default_factory=list)
    organizations: Mapping[Text, Organizations] = Field(default_factory=dict)
    people: str = ""


def check_access(host: Host, plugin: str, config: SingleSignOnConfig) -> None:
    """Refuse settings that let nobody in, and warn of profiles that look misspelt.

    :param plugin: whose settings they are; its table is `[plugin.NAME]`
    """
    if not config.profiles and not config.everybody:
        host.problem(
            ("plugin", plugin, "profiles"),
            "no group gives a profile, so nobody could come in",
            'name one: profiles = { "cti-agents" = ["Support Agent"] }',
        )
    for group, names in {**config.profiles, "": config.everybody}.items():
        key = ("profiles", group) if group else ("everybody",)
        for name in names:
            if name not in PROFILES:
                path = ("plugin", plugin, *key)
                host.warn(path, f"{name!r} is not a profile of iTop", did_you_mean(name, PROFILES))
    known = [loaded.name for loaded in host.plugins]
    if config.people not in ("", *known):
        host.problem(
            ("plugin", plugin, "people"),
            f"the plugin {config.people!r} is not enabled",
            f"enabled: {', '.join(known)}",
        )
