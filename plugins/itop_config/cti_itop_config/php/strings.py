"""The notations of PHP strings, read as the bytes that PHP makes of them."""

from __future__ import annotations

import re

from cti_itop_config.site_settings import Unknown

_SINGLE = re.compile(rb"\\([\\'])")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"v": b"\v", b"e": b"\x1b", b"f": b"\f"}
_ESCAPE = re.compile(
    rb"\\(?:(?P<letter>[ntrvef])|(?P<itself>[\\$])|(?P<quote>\")|(?P<octal>[0-7]{1,3})"
    rb"|[xX](?P<hex>[0-9A-Fa-f]{1,2})|u\{(?P<point>[0-9A-Fa-f]+)\})"
)
_BINARY = b"bB"
HIGHEST_POINT = 0x10FFFF


def single_quoted(source: bytes) -> bytes:
    r"""Return the value of `'…'`, in which only `\\` and `\'` are escapes."""
    return _SINGLE.sub(rb"\1", source.lstrip(_BINARY)[1:-1])


def double_quoted(source: bytes) -> bytes | Unknown:
    """Return the value of `"…"` without variables."""
    return _unescaped(source.lstrip(_BINARY)[1:-1], in_quotes=True)


def heredoc(source: bytes, end: int) -> bytes | Unknown:
    """Return the value of a heredoc without variables.

    :param source: from `<<<` to the closing name
    :param end: where in it the closing name begins
    """
    body = _body(source, end)
    return body if isinstance(body, Unknown) else _unescaped(body, in_quotes=False)


def nowdoc(source: bytes, end: int) -> bytes | Unknown:
    """Return the value of a nowdoc, which has no escapes; the arguments are those of `heredoc`."""
    return _body(source, end)


def _body(source: bytes, end: int) -> bytes | Unknown:
    """The lines between the two names, without the indentation of the closing one."""
    inside = source[source.index(b"\n") + 1 : end]
    lines = inside.split(b"\n")
    indentation = len(lines.pop())
    if lines:
        lines[-1] = lines[-1].removesuffix(b"\r")
    for number, line in enumerate(lines):
        if line[:indentation].strip(b" \t") and line.strip():
            return Unknown("a heredoc whose text is indented less than its closing name")
        lines[number] = line[indentation:]
    return b"\n".join(lines)


def _unescaped(text: bytes, *, in_quotes: bool) -> bytes | Unknown:
    too_high = False

    def value(found: re.Match[bytes]) -> bytes:
        nonlocal too_high
        if found["letter"]:
            return _LETTERS[found["letter"]]
        if found["itself"]:
            return found["itself"]
        if found["quote"]:
            # Between the names of a heredoc, \" is these two characters.
            return found["quote"] if in_quotes else found[0]
        if found["octal"]:
            return bytes([int(found["octal"], 8) & 0xFF])
        if found["hex"]:
            return bytes([int(found["hex"], 16)])
        point = int(found["point"], 16)
        if point > HIGHEST_POINT:
            too_high = True
            return b""
        return chr(point).encode("utf-8", "surrogatepass")

    text = _ESCAPE.sub(value, text)
    return Unknown("a text with a character beyond the end of Unicode") if too_high else text
