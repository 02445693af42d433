"""The way to whoever keeps calls: the hook `take_phone_events` of the plugin `calls`."""

from __future__ import annotations

from cti_calls.api_for_plugins import PhoneEvent, Taken

from cti_host import Host

_HOOK = "take_phone_events"


def can_store(host: Host) -> bool:
    """Whether there is a plugin that keeps calls."""
    try:
        return bool(host.hooks.owners(_HOOK))
    except KeyError:  # no enabled plugin brings the hook
        return False


def store(host: Host, source: str, event: PhoneEvent) -> Taken | None:
    """Hand an event over; `None`: it isn't stored, and the phone system may send it again."""
    if not can_store(host):
        return None
    return host.hooks.first(_HOOK, Taken, source=source, events=[event])
