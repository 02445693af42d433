"""Messages of the Asterisk Manager Interface: lines of "Key: value", closed by an empty line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

BANNER = b"Asterisk Call Manager/"
UNKNOWN = "<unknown>"
# Far more than any event has. Whoever sends more is no Asterisk.
_MOST_BYTES = 1024 * 1024


class NoManager(Exception):
    """What was received doesn't come from an Asterisk Manager Interface."""


@dataclass(frozen=True)
class Message:
    """An event or a response.

    :param fields: the first value of each key, as it came
    :param text: all lines, without the empty one
    """

    fields: Mapping[str, str]
    text: str = field(default="", compare=False)

    def get(self, key: str) -> str:
        """A value; empty: there is none, or Asterisk doesn't know it."""
        value = self.fields.get(key, "")
        return "" if value == UNKNOWN else value

    def name(self, key: str) -> str:
        r"""A person's name: Asterisk writes a quotation mark as `\"`, or as `\\\"`."""
        text = self.get(key)
        for _ in range(2):
            text = text.replace('\\"', '"').replace("\\\\", "\\")
        return text

    @property
    def event(self) -> str:
        """What happened ("Hangup"), or what a row of a list is; empty: it is a response."""
        return self.get("Event")

    @property
    def is_event(self) -> bool:
        """Whether something happened: rows of lists have names of events, but no privilege."""
        return bool(self.event) and ("Privilege" in self.fields or not self.action_id)

    @property
    def action_id(self) -> str:
        """The action that it belongs to; empty: none."""
        return self.get("ActionID")


class Parser:
    """Turns bytes into messages, however they are cut."""

    def __init__(self) -> None:
        self._pending = b""
        self.banner = ""

    def feed(self, received: bytes) -> list[Message]:
        """The messages that are complete now.

        :param received: the next bytes; they may end inside a letter
        :raises NoManager: this is not the Asterisk Manager Interface
        """
        self._pending += received
        if not self.banner and not self._read_banner():
            return []
        *complete, self._pending = self._pending.split(b"\r\n\r\n")
        if len(self._pending) > _MOST_BYTES:
            raise NoManager("a message has no end")
        return [_message(block) for block in complete if block.strip()]

    def _read_banner(self) -> bool:
        """The banner is one line, with no empty line behind it."""
        line, separator, rest = self._pending.partition(b"\r\n")
        if not line.startswith(BANNER[: len(line)]):
            raise NoManager("this is not the Asterisk Manager Interface")
        if separator:
            self.banner, self._pending = line.decode("utf-8", "replace"), rest
        return bool(separator)


def _message(block: bytes) -> Message:
    # Only whole messages are decoded: no letter is cut in two.
    text = block.decode("utf-8", "replace").strip("\r\n")
    fields: dict[str, str] = {}
    for line in text.split("\r\n"):
        key, separator, value = line.partition(":")
        if separator:
            fields.setdefault(key, value.removeprefix(" "))
    return Message(fields, text.replace("\r\n", "\n"))


def action(name: str, fields: Iterable[tuple[str, str]]) -> bytes:
    """An action as bytes. No value can begin a line of its own.

    :param name: "Originate"
    :param fields: keys and values; a key may come several times
    """
    lines = [("Action", name), *fields]
    text = "".join(f"{key}: {_one_line(value)}\r\n" for key, value in lines)
    return (text + "\r\n").encode()


def _one_line(value: str) -> str:
    return "".join(character for character in value if character.isprintable())
