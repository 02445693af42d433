"""What templates use: translations, moments in the agent's way, icons.

A panel shows a hundred texts and some twenty icons, so these find the language and the address
of the icons once per request.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from importlib import metadata
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, current_app, g, has_request_context, request, url_for
from flask_babel import get_translations
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from cti_host.localised import current_locale
from cti_host.web.requests import has_bearer_token

_KEPT_MOMENTS = 4096
_KEPT_NUMBERS = 1024
_KEPT_ICONS = 256
_KEPT = "cti_host_rendering"
VERSION = metadata.version("cti-host")
_DEFAULT_LOCALE = Locale("en", "GB")


def init_rendering(app: Flask) -> None:
    """Give the templates of the host and of plugins their helpers.

    `icon("telephone")` draws an icon of Bootstrap Icons, hidden from screen readers: the words
    stand beside it. `when|moment` shows a UTC datetime in the site's time zone, `when|time_element`
    puts it into a `<time>`, `text|iso_time` a text in ISO 8601; `count|number` shows a number in
    the agent's way. `form_token()` is the CSRF token of a form, `asset("cti.css")` the address of a
    static file.
    """
    app.jinja_env.globals["_"] = translate
    app.jinja_env.globals["address_of"] = address_of
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["form_token"] = form_token
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["time_element"] = time_element
    app.jinja_env.filters["number"] = number
    app.jinja_env.filters["iso_time"] = lambda text: time_element(datetime.fromisoformat(text))


def translate(text: str, **values: object) -> Markup:
    """A text in the agent's language; its `%(name)s` are filled with the values, escaped."""
    style = _style()
    found = style.texts.get(text)
    if found is None:
        # A text of a template or a catalogue.
        found = style.texts[text] = Markup(style.gettext(text))  # noqa: S704
    return found % values if values else found


def address_of(endpoint: str, **values: Any) -> str:
    """The path of a page, worked out once per application: a panel names a dozen.

    :param values: those of the route; only such of which there are few, since all are kept
    """
    style = _style()
    key = (endpoint, *values.items())
    found = style.addresses.get(key)
    if found is None:
        found = style.addresses[key] = url_for(endpoint, **values)
    return found


def asset(filename: str, endpoint: str = "static") -> str:
    """The address of a static file, with the host's version in it, so that none is stale."""
    return address_of(endpoint, filename=filename, v=VERSION)


def icon(name: str) -> Markup:
    """An icon by its Bootstrap name; a decoration, so without a text of its own."""
    sprite = asset("icons/bootstrap-icons.svg", "bootstrap.static")
    return _icon(name, sprite)


@lru_cache(_KEPT_ICONS)
def _icon(name: str, sprite: str) -> Markup:
    return Markup(  # noqa: S704 -- the name is escaped, the address is the host's
        '<svg class="bi" width="1em" height="1em" fill="currentColor" aria-hidden="true">'
        f'<use href="{sprite}#{escape(name)}"/></svg>'
    )


def form_token() -> str:
    """The CSRF token for a form of this page.

    A program that came with a bearer token needs none, and gets no session for it.
    """
    if has_bearer_token():
        return ""
    token: str = generate_csrf()
    return token


def number(value: int) -> str:
    """A number in the agent's way: 1,234 or 1 234."""
    return _counted(value, _style().locale)


@lru_cache(_KEPT_NUMBERS)
def _counted(value: int, locale: str) -> str:
    return format_decimal(value, locale=locale)


def moment(value: datetime | None) -> str:
    """A UTC datetime, naive or aware, as date and time in the site's zone and the agent's way."""
    if value is None:
        return ""
    style = _style()
    return _formatted(value, style.locale, style.zone)


def time_element(value: datetime | date | None) -> Markup:
    """The same as a `<time>` element, that programs read too; nothing for no moment.

    A day stays a day: it has no time zone.
    """
    return _style().time_element(value)


@lru_cache(_KEPT_MOMENTS)
def _day_element(day: date, locale: str) -> Markup:
    shown = format_date(day, "medium", locale=locale)
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), shown)


@lru_cache(_KEPT_MOMENTS)
def _element(value: datetime, locale: str, zone: str) -> Markup:
    machine = _in_zone(value, UTC).isoformat().replace("+00:00", "Z")
    return Markup('<time datetime="{}">{}</time>').format(machine, _formatted(value, locale, zone))


@lru_cache(_KEPT_MOMENTS)
def _formatted(value: datetime, locale: str, zone: str) -> str:
    return format_datetime(_in_zone(value, ZoneInfo(zone)), "short", locale=locale)


def _in_zone(value: datetime, zone: tzinfo) -> datetime:
    """A moment in a zone; one at the end of the calendar ("never") stays where it is."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return aware.astimezone(zone)
    except OverflowError:
        return aware


@dataclass(frozen=True, slots=True)
class _Style:
    """How a page is written: its texts, its locale, the site's time zone, and addresses in it.

    `texts` and `addresses` are those that were found before, for this language and this root of
    the application's addresses.
    """

    gettext: Callable[[str], str]
    locale: str
    zone: str
    texts: dict[str, Markup]
    addresses: dict[tuple[Any, ...], str]

    def time_element(self, value: datetime | date | None) -> Markup:
        """See `time_element`."""
        if value is None:
            return Markup()
        if not isinstance(value, datetime):
            return _day_element(value, self.locale)
        return _element(value, self.locale, self.zone)


@dataclass(slots=True)
class _Kept:
    """What an application keeps from one page to the next."""

    texts: dict[str, dict[str, Markup]] = field(default_factory=dict)
    addresses: dict[str, dict[tuple[Any, ...], str]] = field(default_factory=dict)


def time_elements() -> Callable[[datetime | date | None], Markup]:
    """`time_element` for the many moments of one page: how it is written is looked up once."""
    return _style().time_element


def _style() -> _Style:
    found: _Style | None = g.get("cti_style")
    if found is None:
        locale = str(current_locale() or _DEFAULT_LOCALE)
        zone = current_app.config["BABEL_DEFAULT_TIMEZONE"]
        kept: _Kept = current_app.extensions.setdefault(_KEPT, _Kept())
        root = request.script_root if has_request_context() else ""
        found = _Style(
            get_translations().ugettext,
            locale,
            zone,
            kept.texts.setdefault(locale, {}),
            kept.addresses.setdefault(root, {}),
        )
        if has_request_context():
            g.cti_style = found
    return found
