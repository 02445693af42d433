"""Server-sent events as lines of text, as browsers read them."""

from __future__ import annotations


def event_lines(id_: int, event: str, data: str) -> bytes:
    """An event of a stream; half a character, which can't be sent, is "?" there.

    :param data: JSON in one line
    """
    return f"id: {id_}\nevent: {event}\ndata: {data}\n\n".encode(errors="replace")


def position_lines(position: int, more: str = "") -> bytes:
    """What says that the stream is alive, and up to which message everything was sent.

    A client that comes back names this id, so that it need not go far back, however rarely anything
    concerns it. Scripts are not told: it has no data.

    :param more: lines that come with it
    """
    return f"id: {position}\n{more}:\n\n".encode(errors="replace")
