"""Light or dark: the system decides, or the agent for this browser."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from cti_host.web.rendering import gettext as _

COOKIE = "cti_theme"
SYSTEM, LIGHT, DARK = "", "light", "dark"
# Each by the one that its button leads to.
THEMES = {SYSTEM: DARK, DARK: LIGHT, LIGHT: SYSTEM}
_ICONS = {SYSTEM: "circle-half", LIGHT: "sun", DARK: "moon"}


@dataclass(frozen=True)
class Theme:
    """How pages look, and the button for another look.

    :param name: `LIGHT`, `DARK`, or `SYSTEM`: as the system says
    :param next: the theme that the button chooses
    :param label: what the button does, in the agent's language
    :param icon: its icon, by Bootstrap's name
    """

    name: str
    next: str
    label: str
    icon: str


def current_theme() -> Theme:
    """The theme of the browser that sent the request."""
    name = request.cookies.get(COOKIE, SYSTEM)
    if name not in THEMES:
        name = SYSTEM
    following = THEMES[name]
    return Theme(name, following, _label(following), _ICONS[following])


def _label(name: str) -> str:
    if name == DARK:
        return _("Dark colours")
    return _("Light colours") if name == LIGHT else _("Colours of the system")
