"""How a number was written down: characters made uniform, wrappings cut off. No meaning yet."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

LONGEST = 256
"""Longer texts hold no phone number."""


@dataclass(frozen=True)
class Writing:
    """A text split into what it says and what surrounded it.

    `text` is the whole text in uniform characters, trimmed. `body` is what stands where the number
    is expected: without scheme, host, parameters, name, quotes. `extension` holds the digits of an
    extension written behind it ("12"), `context` the RFC 3966 prefix of a local number ("+33").
    """

    text: str
    body: str
    extension: str = ""
    context: str = ""


_PLAIN = re.compile(r"\+?[0-9 .-]{1,40}")
_SCHEME = re.compile(r"(sips?|tel|callto|phone|skype)\s*:\s*(?://)?(.*)", re.I)
_NAME_ADDRESS = re.compile(r"[^<>]*<([^<>]*)>(?:;[^<>]*)?")
# Without a scheme, user@host is an e-mail address unless the host can only be a SIP one.
_SIP_ADDRESS = re.compile(
    r"[^@\s]*@(?:anonymous\.invalid|\d+(?:\.\d+){3}|[^@\s]+:\d+)(?:;.*)?", re.I
)
_IPV4 = re.compile(r"\d+(?:\.\d+){3}")
_ESCAPE = re.compile(r"%([2-7][0-9A-F])", re.I)
_ESCAPED_NUMBER = re.compile(r"(?:%2B)?(?:[0-9 .()/-]|%2[089DEF])+", re.I)
_EXTENSION = re.compile(
    r"(.*[0-9)])\s*[,;]?\s*(?:x|extn?|extension|poste)[.:=]?\s*([0-9]{1,8})", re.I
)
_WRAPPERS = ('""', "''", "()", "<>")


def read_writing(text: str) -> Writing:
    """Take a text apart. Any text will do; what isn't recognised stays in `body`."""
    plain = text.strip(" ")
    if _PLAIN.fullmatch(plain):
        return Writing(plain, plain)
    uniform = _uniform(text)
    body, extension, context = _unwrapped(uniform), "", ""
    if scheme := _SCHEME.fullmatch(body):
        body, extension, context = _cut_uri(scheme[1].lower(), scheme[2])
    elif _SIP_ADDRESS.fullmatch(body):
        body, extension, context = _cut_uri("sip", body)
    elif _ESCAPED_NUMBER.fullmatch(body):
        body = _unescaped(body)
    if not extension and (suffix := _EXTENSION.fullmatch(body)):
        body, extension = suffix[1], suffix[2]
    return Writing(uniform, body.strip(), extension, context)


def _uniform(text: str) -> str:
    """ASCII digits, plus, dashes, dots and blanks for all their look-alikes; no invisible marks."""
    characters = []
    for character in text:
        category = unicodedata.category(character)
        if category == "Nd":
            characters.append(str(unicodedata.decimal(character)))
        elif category == "Zs" or character == "\t":
            characters.append(" ")
        elif category == "Pd" or character == "\u2212":
            characters.append("-")
        elif character in "·•․":
            characters.append(".")
        elif character in "«»“”„":
            characters.append('"')
        elif "！" <= character <= "～":
            characters.append(chr(ord(character) - 0xFEE0))
        elif category != "Cf":
            characters.append(character)
    return "".join(characters).strip()


def _unwrapped(text: str) -> str:
    """Without quotes and brackets around the whole, and of `"Name" <number>` the number."""
    for _ in range(3):
        if len(text) > 2 and text[0] + text[-1] in _WRAPPERS and text[-1] not in text[1:-1]:
            text = text[1:-1].strip()
        elif address := _NAME_ADDRESS.fullmatch(text):
            text = address[1].strip()
    return text


def _cut_uri(scheme: str, rest: str) -> tuple[str, str, str]:
    """The user part of a SIP or telephone URI, and its `ext` and `phone-context`."""
    user, at, _ = rest.partition("@")
    user, *parameters = re.split(r"[;?]", user)
    if scheme.startswith("sip"):
        user = user.partition(":")[0]
        if not at and _IPV4.fullmatch(user):
            user = ""
    named = {
        name.strip().lower(): _unescaped(value).strip()
        for name, _, value in (parameter.partition("=") for parameter in parameters)
    }
    extension = re.sub(r"[ .()-]", "", named.get("ext", ""))
    context = re.sub(r"[ .()-]", "", named.get("phone-context", ""))
    return (
        _unescaped(user).strip(),
        extension if re.fullmatch(r"[0-9]{1,8}", extension) else "",
        context if re.fullmatch(r"\+[0-9]{1,15}", context) else "",
    )


def _unescaped(text: str) -> str:
    """Percent escapes of ASCII characters resolved; others may be a macro (`%CallerNumber%`)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
