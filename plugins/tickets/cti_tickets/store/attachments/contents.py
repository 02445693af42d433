"""Whether a file is what its name says, as far as its first bytes tell.

What a browser would show as a page, or a system would run, is refused under any name. This is no
virus scanner: it keeps out what pretends to be something else.
"""

from __future__ import annotations

import codecs
import re

# So many bytes are looked at.
HEAD_BYTES = 1024
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLE = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",)
# What files of a kind begin with; kinds that are text, or that vary, are not here.
_BEGINNINGS: dict[str, tuple[bytes, ...]] = {
    "pdf": (b"%PDF-",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "jpg": (b"\xff\xd8\xff",),
    "jpeg": (b"\xff\xd8\xff",),
    "gif": (b"GIF87a", b"GIF89a"),
    "webp": (b"RIFF",),
    "wav": (b"RIFF",),
    "mp3": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xfa"),
    "rtf": (b"{\\rtf",),
    "7z": (b"7z\xbc\xaf\x27\x1c",),
    "gz": (b"\x1f\x8b",),
    **dict.fromkeys(("zip", "docx", "xlsx", "pptx", "odt", "ods", "odp"), _ZIP),
    **dict.fromkeys(("doc", "xls", "ppt", "msg"), _OLE),
}
# What stands after that, at the eighth byte.
_FORMS = {"webp": b"WEBP", "wav": b"WAVE"}
_PROGRAMS = (
    b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"dex\n", b"\x00asm", b"!<arch>",
    b"\x4c\x00\x00\x00\x01\x14\x02\x00",
)  # fmt: skip
_TEXTS = ("txt", "log", "csv", "eml", "json", "md", "ics", "vcf")
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# A page begins with a tag, after spaces and comments; <bob@example.org> is none.
_MARKUP = re.compile(r"<(?:[?!]|/?[a-z][a-z0-9:]*[\s/>])", re.IGNORECASE)


def is_genuine(kind: str, head: bytes) -> bool:
    """Whether a file may be of a kind, and is neither a page nor a program.

    :param head: its first `HEAD_BYTES`
    """
    if is_program(head) or is_markup(head):
        return False
    if kind == "heic":
        return head[4:8] == b"ftyp"
    beginnings = _BEGINNINGS.get(kind)
    if beginnings is not None:
        form = _FORMS.get(kind)
        return head.startswith(beginnings) and (form is None or head[8:12] == form)
    if kind in _TEXTS:
        return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" not in head
    return True


def is_program(head: bytes) -> bool:
    """Whether a system would run it: a text that begins with "MZ" is none."""
    return head.startswith(_PROGRAMS) or (head.startswith(b"MZ") and b"\0" in head[:64])


def is_markup(head: bytes) -> bool:
    """Whether a browser that guesses would show it as a page: HTML, SVG, XML."""
    coding = next((name for bom, name in _BOMS.items() if head.startswith(bom)), "latin-1")
    text = head.decode(coding, "replace").lstrip("\ufeff \t\r\n\f\v\0")
    return _MARKUP.match(text) is not None
