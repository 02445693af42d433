"""What templates use: translations, moments in the agent's way, icons.

A panel shows a hundred texts and some twenty icons, so these find the language and the address
of the icons once per request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from functools import lru_cache
from importlib import metadata
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, current_app, has_request_context, request, session, url_for
from flask_babel import get_translations
from flask_wtf.csrf import generate_csrf
from itsdangerous import URLSafeTimedSerializer
from markupsafe import Markup, escape

from cti_host.context_values import context_values
from cti_host.localised import current_locale
from cti_host.web.accepts import has_bearer_token
from cti_host.web.moments import distance, short_moments
from cti_host.web.timezones import chosen_timezone

_KEPT_MOMENTS = 4096
_KEPT_NUMBERS = 1024
_KEPT_ICONS = 256
_KEPT_TOKENS = 1024
# What the session calls the secret that the tokens of its forms are made of.
_SECRET = "csrf_token"  # noqa: S105 -- its name
_KEPT = "cti_host_rendering"
# What a text for HTML can't hold as it is.
SPECIAL = re.compile("[&<>\"']")
_T = TypeVar("_T")
VERSION = metadata.version("cti-host")
_DEFAULT_LOCALE = Locale("en", "GB")


def init_rendering(app: Flask) -> None:
    """Give the templates of the host and of plugins their helpers.

    `icon("telephone")` draws an icon of Bootstrap Icons, hidden from screen readers: the words
    stand beside it. `when|moment` shows a UTC datetime in the agent's zone, `when|time_element`
    puts it into a `<time>`, `when|ago` says there how long ago it was, and `text|iso_time` takes a
    text in ISO 8601; `count|number` shows a number in the agent's way. `form_token()` is the CSRF
    token of a form, `asset("cti.css")` the address of a static file.
    """
    app.context_processor(lambda: page_style().for_templates())
    # Macros have no context: they look the style up for each call.
    app.jinja_env.globals["_"] = translate
    app.jinja_env.globals["address_of"] = address_of
    app.jinja_env.globals["asset"] = asset
    app.jinja_env.globals["icon"] = icon
    app.jinja_env.globals["form_token"] = form_token
    app.jinja_env.filters["moment"] = moment
    app.jinja_env.filters["time_element"] = time_element
    app.jinja_env.filters["ago"] = ago
    app.jinja_env.filters["number"] = number
    app.jinja_env.filters["iso_time"] = lambda text: time_element(datetime.fromisoformat(text))


def translate(text: str, **values: object) -> Markup:
    """A text in the agent's language; its `%(name)s` are filled with the values, escaped."""
    return page_style().translate(text, **values)


def gettext(text: str, **values: object) -> str:
    """The same as plain text, for pages that have many."""
    found = page_style().gettext(text)
    return found % values if values else found


def address_of(endpoint: str, **values: Any) -> str:
    """The path of a page, worked out once per application: a panel names a dozen.

    :param values: those of the route; only such of which there are few, since all are kept
    """
    return page_style().address_of(endpoint, **values)


def escaped(text: str) -> str:
    """A text for HTML; most texts need nothing, which is found out faster than it is done."""
    return str(escape(text)) if SPECIAL.search(text) else text


def kept_for_pages(name: Hashable, make: Callable[[], _T]) -> _T:
    """What is the same on all pages in one language, made once per application.

    :param name: what it is, beginning with the plugin; only such of which there are few
    :param make: makes it; nobody may change it afterwards, but for a table that fills by and by:
        whoever keeps one sees to it that it stays small, whatever addresses are asked for
    """
    return page_style().kept(name, make)


def asset(filename: str, endpoint: str = "static") -> str:
    """The address of a static file, with the host's version in it, so that none is stale."""
    return page_style().asset(filename, endpoint)


def icon(name: str) -> Markup:
    """An icon by its Bootstrap name; a decoration, so without a text of its own."""
    return page_style().icon(name)


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
    secret = session.get(_SECRET)
    if secret is None:  # the first form of a session
        first: str = generate_csrf()
        return first
    return _signed_token(current_app.config["SECRET_KEY"], secret)


@lru_cache(_KEPT_TOKENS)
def _signed_token(key: str, secret: str) -> str:
    """What Flask-WTF makes of the secret of a session: here it is good for as long as that is."""
    serializer = URLSafeTimedSerializer(key, salt="wtf-csrf-token")
    token: str | bytes = serializer.dumps(secret)
    return token if isinstance(token, str) else token.decode("ascii")


def number(value: int) -> str:
    """A number in the agent's way: 1,234 or 1 234."""
    return _counted(value, page_style().locale)


@lru_cache(_KEPT_NUMBERS)
def _counted(value: int, locale: str) -> str:
    return format_decimal(value, locale=locale)


def moment(value: datetime | None) -> str:
    """A UTC datetime, naive or aware, as date and time in the agent's zone and way."""
    if value is None:
        return ""
    style = page_style()
    return _formatted(value, style.locale, style.zone)


def time_element(value: datetime | date | None) -> Markup:
    """The same as a `<time>` element, that programs read too; nothing for no moment.

    A day stays a day: it has no time zone.
    """
    return page_style().time_element(value)


def ago(value: datetime | None) -> Markup:
    """How long ago a UTC datetime was ("3 hr ago"), as a `<time>` whose title is the moment."""
    return page_style().ago(value)


@lru_cache(_KEPT_MOMENTS)
def _day_element(day: date, locale: str) -> Markup:
    shown = format_date(day, "medium", locale=locale)
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), shown)


@lru_cache(_KEPT_MOMENTS)
def _element(value: datetime, locale: str, zone: str) -> Markup:
    # What `isoformat` returns has nothing to escape.
    machine = _in_zone(value, UTC).isoformat().replace("+00:00", "Z")
    shown = escape(_formatted(value, locale, zone))
    return Markup(f'<time datetime="{machine}">{shown}</time>')  # noqa: S704


@lru_cache(_KEPT_MOMENTS)
def _ago_parts(value: datetime, locale: str, zone: str) -> tuple[datetime, str]:
    """A moment as it is subtracted, and its `<time>` up to where its text begins."""
    aware = _in_zone(value, UTC)
    machine = aware.isoformat().replace("+00:00", "Z")
    exact = escape(_formatted(value, locale, zone))
    return aware, f'<time class="cti-ago" datetime="{machine}" title="{exact}">'


def _formatted(value: datetime, locale: str, zone: str) -> str:
    return short_moments(locale)(_in_zone(value, ZoneInfo(zone)))


def _in_zone(value: datetime, zone: tzinfo) -> datetime:
    """A moment in a zone; one at the end of the calendar ("never") stays where it is."""
    aware = value if value.tzinfo else value.replace(tzinfo=UTC)
    try:
        return aware.astimezone(zone)
    except OverflowError:
        return aware


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an application keeps from one page to the next, for a locale and a root of addresses."""

    texts: dict[str, Markup] = field(default_factory=dict)
    addresses: dict[tuple[Any, ...], str] = field(default_factory=dict)
    parts: dict[Hashable, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PageStyle:
    """How a page is written: its texts, its locale, the agent's time zone, and addresses in it.

    The functions of this module look it up for each of their calls; whoever has many of them keeps
    it for a page.
    """

    gettext: Callable[[str], str]
    locale: str
    zone: str
    now: datetime
    _kept: _Kept

    def translate(self, text: str, **values: object) -> Markup:
        """See `translate`."""
        found = self._kept.texts.get(text)
        if found is None:
            # A text of a template or a catalogue.
            found = self._kept.texts[text] = Markup(self.gettext(text))  # noqa: S704
        return found % values if values else found

    def address_of(self, endpoint: str, **values: Any) -> str:
        """See `address_of`."""
        key = (endpoint, *values.items())
        found = self._kept.addresses.get(key)
        if found is None:
            found = self._kept.addresses[key] = url_for(endpoint, **values)
        return found

    def asset(self, filename: str, endpoint: str = "static") -> str:
        """See `asset`."""
        return self.address_of(endpoint, filename=filename, v=VERSION)

    def icon(self, name: str) -> Markup:
        """See `icon`."""
        return _icon(name, self.asset("icons/bootstrap-icons.svg", "bootstrap.static"))

    def time_element(self, value: datetime | date | None) -> Markup:
        """See `time_element`."""
        if value is None:
            return Markup()
        if not isinstance(value, datetime):
            return _day_element(value, self.locale)
        return _element(value, self.locale, self.zone)

    def ago(self, value: datetime | None) -> Markup:
        """See `ago`."""
        return Markup(self.ago_html(value))  # noqa: S704 -- no locale's words have anything to escape

    def ago_html(self, value: datetime | None) -> str:
        """See `ago`: HTML as plain text, for tables that hold dozens of moments."""
        if value is None:
            return ""
        aware, begin = _ago_parts(value, self.locale, self.zone)
        words = distance((aware - self.now).total_seconds(), self.locale)
        return f"{begin}{words}</time>"

    def kept(self, name: Hashable, make: Callable[[], _T]) -> _T:
        """A part of pages that is the same in each of one language, made once per application."""
        if name not in self._kept.parts:
            self._kept.parts[name] = make()
        found: _T = self._kept.parts[name]
        return found

    def for_templates(self) -> dict[str, Any]:
        """The functions of templates, for those that look them up in their context."""
        return {
            "written": int(self.now.timestamp()),
            "_": self.translate,
            "address_of": self.address_of,
            "asset": self.asset,
            "icon": self.icon,
        }


def page_style() -> PageStyle:
    """How the page of the current request is written."""
    values = context_values()
    found: PageStyle | None = values.get("cti_style")
    if found is None:
        locale = str(current_locale() or _DEFAULT_LOCALE)
        zone = chosen_timezone() or current_app.config["BABEL_DEFAULT_TIMEZONE"]
        every: dict[tuple[str, str], _Kept] = current_app.extensions.setdefault(_KEPT, {})
        root = request.script_root if has_request_context() else ""
        kept = every.setdefault((locale, root), _Kept())
        found = PageStyle(get_translations().ugettext, locale, zone, datetime.now(UTC), kept)
        if has_request_context():
            values["cti_style"] = found
    return found
