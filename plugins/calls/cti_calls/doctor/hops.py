"""Each hop from the phone system to the screen, examined by what is stored of the latest calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from flask_babel import format_timedelta
from flask_babel import gettext as _

from cti_calls.model.facts import PHONE_SYSTEM
from cti_calls.model.problems import problem_text
from cti_calls.store import diagnosis
from cti_calls.store.rows.moments import now_ms
from cti_host import Finding, Host, Level

_DAYS_OF_DEVICES = 14
_MOST_NAMED = 5
_LATEST = 200
_SLOW_MS = 100


def hops(host: Host) -> list[tuple[str, Finding]]:
    """What is found out about each hop, in the order of the way, with the plugin it is about."""
    own = (finding for examine in _EXAMINATIONS for finding in examine(host))
    return [*host.hooks.check_online(), *(("calls", finding) for finding in own)]


def _connections(_host: Host) -> Iterator[Finding]:
    """Whether each lasting connection to a phone system stands."""
    for one in diagnosis.connections():
        if one.is_standby:
            what = _("standby of %(source)s", source=one.source)
        else:
            what = _("connection to %(source)s", source=one.source)
        if one.is_connected:
            ready = _("connected, to take over") if one.is_standby else _("connected")
            yield Finding(what, Level.GOOD, ready)
            continue
        # Without a standby calls are missed only while another host takes over.
        level = Level.WARNING if one.is_standby else Level.BAD
        detail = problem_text(one.problem) or one.state or _("nobody holds it")
        remedy = _("see that the server runs (cti-host serve) and reaches the phone system")
        yield Finding(what, level, detail, remedy)


def _sources(host: Host) -> Iterator[Finding]:
    """When each phone system was last heard."""
    heard = diagnosis.last_heard()
    configured = host.unique_names.get(PHONE_SYSTEM, {})
    if not heard and not configured:
        yield Finding(
            _("events of phone systems"),
            Level.BAD,
            _("none has come yet"),
            _("connect a phone system (docs/phone-systems.md), and call one of its phones"),
        )
    for source in dict.fromkeys([*configured, *heard]):
        what = _("events of %(source)s", source=source)
        if source in heard:
            ago = _ago(heard[source])
            yield Finding(what, Level.GOOD, _("the last one came %(ago)s ago", ago=ago))
        else:
            yield Finding(
                what,
                Level.BAD,
                _("it is in the settings, and nothing has come yet"),
                _("set the phone system up (docs/phone-systems.md), and call one of its phones"),
            )


def _refused(_host: Host) -> Iterator[Finding]:
    """Which requests were refused last, and why."""
    for one in diagnosis.last_refused():
        if one.source:
            what = _("refused requests of %(source)s", source=one.source)
        else:
            what = _("refused requests of nobody known")
        detail = _(
            "%(ago)s ago: %(problem)s (%(count)s in that minute)",
            ago=_ago(one.at),
            problem=problem_text(one.problem),
            count=one.count,
        )
        # What was taken since says that the phone system itself is set up well.
        level = Level.WARNING if one.source and one.is_newest else Level.GOOD
        yield Finding(what, level, detail, _("look at what was sent: /calls/journal"))


def _understood(_host: Host) -> Iterator[Finding]:
    """Whether the latest events were understood."""
    odd, all_, last = diagnosis.problems_among_latest(_LATEST)
    if odd:
        yield Finding(
            _("understanding events"),
            Level.WARNING,
            _(
                "%(count)s of the last %(all)s were not understood; the latest: %(problem)s",
                count=odd,
                all=all_,
                problem=problem_text(last),
            ),
            _("look at what was sent: /calls/journal"),
        )
    elif all_:
        yield Finding(_("understanding events"), Level.GOOD, _("every one of late"))


def _devices(_host: Host) -> Iterator[Finding]:
    """Whether it is known whose the phones are that rang."""
    since = now_ms() - _DAYS_OF_DEVICES * 24 * 3600 * 1000
    unknown = diagnosis.strange_devices(since, _MOST_NAMED + 1)
    what = _("whose device it is")
    if unknown:
        named = ", ".join(f"{source} {device}" for source, device in unknown[:_MOST_NAMED])
        more = "…" if len(unknown) > _MOST_NAMED else ""
        yield Finding(
            what,
            Level.WARNING,
            _("these devices rang and are nobody's: %(devices)s", devices=f"{named}{more}"),
            f"cti-host calls device add {unknown[0][0]} {unknown[0][1]} --agent NAME",
        )
    elif not diagnosis.has_devices():
        yield Finding(
            what,
            Level.BAD,
            _("no device is known as anybody's"),
            "cti-host calls device add SOURCE DEVICE --agent NAME",
        )
    else:
        yield Finding(what, Level.GOOD, _("every device that rang of late is somebody's"))


def _choices(_host: Host) -> Iterator[Finding]:
    """Whether agents with a phone want to be told of calls at all."""
    names = diagnosis.agents_who_want_none()
    if names:
        yield Finding(
            _("whether agents want to be told"),
            Level.WARNING,
            _("%(names)s chose “never”", names=_some(names)),
            _("they choose it themselves: How I am told of calls"),
        )


def _numbers(host: Host) -> Iterator[Finding]:
    """Whether somebody reads numbers and looks callers up."""
    what = _("who is calling")
    if not host.hooks.owners("lookup_callers"):
        yield Finding(
            what,
            Level.BAD,
            _("no plugin looks callers up"),
            _("add tickets or itop to plugins"),
        )
    elif not host.hooks.owners("parse_number"):
        yield Finding(
            what,
            Level.WARNING,
            _("numbers match only as they are stored: no plugin reads them"),
            _("add phone_reformat to plugins"),
        )
    else:
        yield Finding(what, Level.GOOD, _("numbers are read, and callers looked up"))


def _screens(host: Host) -> Iterator[Finding]:
    """Whether the latest call reached a screen, and how quickly."""
    what = _("the agent's screen")
    if not host.hooks.owners("publish"):
        yield Finding(
            what, Level.BAD, _("no plugin tells open pages of calls"), _("add live to plugins")
        )
        return
    last = diagnosis.last_sent()
    if last is None:
        yield Finding(
            what,
            Level.WARNING,
            _("no call was sent to a screen yet"),
            "cti-host calls simulate plain --agent NAME",
        )
        return
    call, took = last
    if took is None:
        yield Finding(
            what,
            Level.WARNING,
            _("call %(call)s was sent, and no screen has shown it", call=call),
            _("the agent needs a page of the host open; behind a proxy, see docs/live.md"),
        )
    else:
        detail = _("call %(call)s was shown after %(ms)s ms", call=call, ms=took)
        if took <= _SLOW_MS:
            yield Finding(what, Level.GOOD, detail)
            return
        remedy = _(
            "a page that was opened only while it rang shows it late; try again with a page open: "
            "cti-host calls simulate plain --agent NAME"
        )
        yield Finding(what, Level.WARNING, detail, remedy)


_EXAMINATIONS = (
    _connections,
    _sources,
    _refused,
    _understood,
    _devices,
    _numbers,
    _choices,
    _screens,
)


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown}…" if len(names) > _MOST_NAMED else shown


def _ago(at: int) -> str:
    """How long ago it was, in the reader's language: "3 days"."""
    return str(format_timedelta(timedelta(milliseconds=max(0, now_ms() - at)), threshold=1))
