"""What becomes of calls that come in, counted for those who watch the host."""

from __future__ import annotations

from collections.abc import Iterable

from cti_host.host import Host
from cti_host.isolation.trace import Span
from cti_host.model import Call, Matches

REFUSED = "refused"


def count_pop(host: Host, call: Call, matches: Matches, *, failed: bool) -> None:
    """Count a call that was shown to an agent, by what the lookup said.

    :param failed: whether nobody was found because a plugin had no answer
    """
    host.metrics.count_pop(_result(call, matches, failed=failed))


def count_refused(host: Host) -> None:
    """Count a call whose address could not be read."""
    host.metrics.count_pop(REFUSED)


def count_lookups(host: Host, spans: Iterable[Span]) -> None:
    """Count what plugins found.

    :param spans: of this lookup
    """
    for span in spans:
        if span.hook == "lookup_callers":
            result = "failed" if span.problem else "matched" if span.result else "nobody"
            host.metrics.count_lookup(span.plugin, result)


def _result(call: Call, matches: Matches, *, failed: bool) -> str:
    if failed:
        return "failed"
    if not call.searchable:
        return "not_searched"
    if matches.sure_total:
        return "one" if matches.sure_total == 1 else "several"
    return "perhaps" if matches.total else "nobody"
