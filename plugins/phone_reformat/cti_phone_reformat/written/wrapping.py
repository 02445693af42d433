"""How a number was wrapped: quotes, names, addresses, spreadsheets, escapes. No meaning yet."""

from __future__ import annotations

import html
import re
from typing import NamedTuple

from cti_phone_reformat.written.characters import uniform

LONGEST = 256
"""Longer texts hold no phone number."""


class Writing(NamedTuple):
    """A text split into what it says and what surrounded it.

    `text` is the whole text in uniform characters, trimmed. `body` is what stands where the number
    is expected: without scheme, host, parameters, name, quotes. `extension` holds the digits of an
    extension written behind it ("12"), `context` the RFC 3966 prefix of a local number ("+33").
    `may_be_mail` says that it is an address without scheme that may as well be a mailbox.
    """

    text: str
    body: str
    extension: str = ""
    context: str = ""
    may_be_mail: bool = False


_PLAIN = re.compile(r"\+?[0-9 .-]{1,40}")
_SCHEME = re.compile(r"(sips?|tel|callto|phone|skype)\s*:\s*(?://)?(.*)", re.I | re.S)
_URI = re.compile(r"(?:sips?|tel|callto|skype):", re.I)
_NAME_ADDRESS = re.compile(r"[^<>]*<([^<>]*)>(?:;[^<>]*)?", re.S)
_NEXT_ADDRESS = re.compile(r"(?<=>)((?:;[^<>,]*)?)\s*,\s*")
_ADDRESS = re.compile(r"([^@\s]*)@([^@\s;?]+)((?:[;?].*)?)", re.S)
# Without a scheme, user@host is an e-mail address unless the host can only be a SIP one.
_SIP_HOST = re.compile(
    r"anonymous\.invalid|\d+(?:\.\d+){3}(?::\d+)?|.*:\d+"
    r"|(?:.*\.)?(?:\w*(?:pbx|sip|voip|asterisk|sbc)\w*|ims|tel|phone|trunk|voice)[0-9-]*\..*",
    re.I,
)
_USER_OF_DIGITS = re.compile(r"\+?[0-9.()-]{6,}|%2B[0-9.()-]{6,}", re.I)
_IPV4 = re.compile(r"\d+(?:\.\d+){3}")
_ESCAPE = re.compile(r"%([2-7][0-9A-F])", re.I)
_ESCAPED_PERCENT = re.compile(r"%(?:25)+(?=[0-9A-F]{2})", re.I)
_ESCAPED_NUMBER = re.compile(r"(?:%2B)?(?:[0-9 .()/-]|%2[089DEF])+", re.I)
_FORMULA = re.compile(r"=\s*(?:T\s*\(\s*)?\"?([^\"]*)\"?\s*\)?")
_DECIMAL = re.compile(r"(\+?[0-9]{6,})[.,]0{1,3}|\+?[0-9]{1,3}(?:,[0-9]{3}){2,}(?:\.0{1,3})?")
_WRAPPERS = ('""', "''", "()", "<>")


def read_writings(text: str) -> tuple[Writing, ...]:
    """Take a text apart, address by address; mostly there is one.

    Any text will do; what isn't recognised stays in `body`.
    """
    plain = text.strip(" ")
    if _PLAIN.fullmatch(plain):
        return (Writing(plain, _without_decimals(plain) if "." in plain else plain),)
    whole = uniform(html.unescape(text) if "&" in text else text)
    if ">" in whole and "," in whole:
        parts = _NEXT_ADDRESS.sub(r"\1\n", whole).split("\n")
        if len(parts) > 1 and all(_NAME_ADDRESS.fullmatch(part) for part in parts):
            return tuple(_read_writing(part) for part in parts)
    return (_read_writing(whole),)


def _read_writing(whole: str) -> Writing:
    """One address or one text, in uniform characters."""
    body, extension, context, may_be_mail = _unwrapped(whole), "", "", False
    body = _ESCAPED_PERCENT.sub("%", body) if "%25" in body else body
    if ":" in body and (scheme := _SCHEME.fullmatch(body)):
        rest = scheme[2].strip()
        while _URI.match(rest):
            rest = rest.partition(":")[2].strip()
        if _looks_like_uri(rest):
            body, extension, context = _cut_uri(scheme[1].lower(), rest)
    elif (
        "@" in body
        and (address := _ADDRESS.fullmatch(body))
        and (sip := _sip_address(address[1], address[2], address[3]))
    ):
        may_be_mail = sip == "perhaps"
        body, extension, context = _cut_uri("sip", body)
    elif "%" in body and _ESCAPED_NUMBER.fullmatch(body):
        body = _unescaped(body)
    body = _without_decimals(body.strip())
    return Writing(whole, body, extension, context, may_be_mail)


def _looks_like_uri(rest: str) -> bool:
    """Whether what stands behind "tel:" is an address, not the words of a label ("Tel: see …")."""
    return not re.search(r"\s(?:/|-|or|oder|ou)\s|\n", rest)


def _sip_address(user: str, host: str, parameters: str) -> str:
    """Whether user@host is a phone's address: "surely", "perhaps", or "" for no."""
    if _SIP_HOST.fullmatch(host) or "user=phone" in parameters.lower():
        return "surely"
    if not _USER_OF_DIGITS.fullmatch(user):
        return ""
    return "surely" if user.startswith(("+", "%")) else "perhaps"


def _without_decimals(body: str) -> str:
    """A number as a spreadsheet shows it, without ".0" and thousands separators."""
    if ("." in body or "," in body) and (decimal := _DECIMAL.fullmatch(body)):
        return decimal[1] or body.partition(".")[0].replace(",", "")
    return body


def _unwrapped(text: str) -> str:
    """Without quotes and brackets around the whole, and of `"Name" <number>` the number."""
    for _ in range(4):
        if len(text) > 2 and text[0] + text[-1] in _WRAPPERS and text[-1] not in text[1:-1]:
            text = text[1:-1].strip()
        elif "<" in text and (address := _NAME_ADDRESS.fullmatch(text)):
            text = address[1].strip()
        elif text.startswith("=") and (formula := _FORMULA.fullmatch(text)):
            text = formula[1].strip()
        elif text[:1] == "'" and text[1:2] in "+0123456789(":
            text = text[1:].strip()
        else:
            break
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
    # "tel:0301234567;12": not a parameter, but an extension as people write it.
    behind = "".join(f";{one}" for one in parameters if re.fullmatch(r"\s*[0-9]{1,8}\s*", one))
    return (
        _unescaped(user).strip() + behind,
        extension if re.fullmatch(r"[0-9]{1,8}", extension) else "",
        context if re.fullmatch(r"\+[0-9]{1,15}", context) else "",
    )


def _unescaped(text: str) -> str:
    """Percent escapes of ASCII characters resolved; others may be a macro (`%CallerNumber%`)."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
