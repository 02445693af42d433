"""Who is calling: the call preprocessed, everybody who was found, and who of them is chosen."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from cti_host.host import Host
from cti_host.isolation.jobs import Flow
from cti_host.isolation.trace import current_trace
from cti_host.model import CALLER_KEY, Call, Caller, Matches, Reason, Unsearchable
from cti_host.pop.counting import count_lookups

# Where one of these failed, that nobody was found says nothing.
_LOOKING_UP = ("preprocess_parameters", "lookup_callers")
ALL = "all"
UNKNOWN = "unknown"


class UnknownChoice(ValueError):
    """`selected_caller` is not a caller's key or id, "all" or "unknown"."""

    @property
    def explanation(self) -> str:
        """What is wrong, for the agent."""
        text: str = _(
            "selected_caller is “%(value)s”; it is the key of a caller, “all” or “unknown”.",
            value=str(self),
        )
        return text


@dataclass(frozen=True)
class Search:
    """A preprocessed call and everybody who was found for it."""

    call: Call
    matches: Matches
    notices: Sequence[str]
    failed: bool = False
    """Whether nobody was found, and a plugin that looks callers up had no answer."""

    @property
    def selected(self) -> str:
        """Which entry of the combo box is chosen: the one that the call wants, else the default.

        :raises UnknownChoice: it wants something that nobody can be
        """
        chosen = self._wanted()
        if chosen is not None:
            return chosen
        sure = self.matches.sure
        if len(sure) == self.matches.sure_total == 1:
            return sure[0].caller.key
        return ALL if self.matches.sure_total else UNKNOWN

    @property
    def missed(self) -> bool:
        """Whether the call wants a person who is not among the callers, or an id of several.

        :raises UnknownChoice: it wants something that nobody can be
        """
        return self.call.wanted not in ("", ALL, UNKNOWN) and self._wanted() is None

    def _wanted(self) -> str | None:
        """The entry that the call wants; `None` where it wants none, or one that isn't there."""
        wanted = self.call.wanted
        if wanted == UNKNOWN or (wanted == ALL and self.matches.total > 1):
            return wanted
        if wanted in ("", ALL):
            return None
        if not CALLER_KEY.fullmatch(wanted):
            raise UnknownChoice(wanted)
        named = [m.caller.key for m in self.matches if self.call.wants(m.caller)]
        return named[0] if len(named) == 1 else None

    def callers(self, selected: str) -> list[Caller]:
        """The callers an entry of the combo box stands for; "all" are those surely meant."""
        if selected == ALL:
            return [match.caller for match in self.matches.sure]
        return [match.caller for match in self.matches if match.caller.key == selected]


def search(host: Host, call: Call) -> Search:
    """Preprocess the call and look its callers up."""
    return host.hooks.follow(searching(host, call))


def searching(host: Host, call: Call) -> Flow[Search]:
    """See `search`; as a part of a flow."""
    before = len(current_trace().spans)
    call, matches = yield from host.hooks.finding_callers(call)
    count_lookups(host, current_trace().spans[before:])
    notices = [
        _notice(value)
        for value in call.parameters.values()
        # A lookup by hand leaves fields empty on purpose; "()" is what a phone system sends.
        if isinstance(value, Unsearchable) and (value.raw or value.reason is Reason.WITHHELD)
    ]
    if matches.hidden:
        notices.append(
            _("This is also the number of somebody you may not see.")
            if matches
            else _("This is the number of somebody you may not see.")
        )
    failed = not matches.total and any(
        span.problem for span in current_trace().spans if span.hook in _LOOKING_UP
    )
    return Search(call, matches, [*dict.fromkeys(notices)], failed)


def names(host: Host, callers: Sequence[Caller]) -> Mapping[str, str]:
    """What the callers are called, by key, in their order.

    Whoever shares a name with others is told apart by the plugin they come from, or by their id.
    """
    alike: dict[str, Counter[str]] = {}
    for caller in callers:
        alike.setdefault(caller.display, Counter())[caller.source] += 1
    found: dict[str, str] = {}
    for caller in callers:
        plugins = alike[caller.display]
        apart = [host.source_label(caller.source)] if len(plugins) > 1 else []
        apart += [str(caller.id)] if plugins[caller.source] > 1 else []
        found[caller.key] = f"{caller.display} ({', '.join(apart)})" if apart else caller.display
    return found


def _notice(value: Unsearchable) -> str:
    """Why nobody is searched for with a value, for the agent."""
    if not value.raw:
        return str(_("The caller withheld their number: the phone system sent none."))
    return str(_NOTICES[value.reason]() % {"value": value.raw})


_NOTICES = {
    Reason.WITHHELD: lambda: _("The caller withheld their number (“%(value)s” was received)."),
    Reason.PLACEHOLDER: lambda: _(
        "The phone system sent “%(value)s” instead of a number: its URL is not set up right. "
        "Please tell your administrator."
    ),
    Reason.WILDCARD: lambda: _("“%(value)s” is not a number; nobody was searched for."),
    Reason.EMPTY: lambda: _("“%(value)s” holds no number; nobody was searched for."),
    Reason.TOO_SHORT: lambda: _("“%(value)s” is too short to tell who is calling."),
}
