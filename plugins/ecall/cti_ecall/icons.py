"""Icon names of iTop settings (Font Awesome) become names of Bootstrap icons."""

from __future__ import annotations

import re

from cti_host import did_you_mean, nearest

DEFAULT_ICON = "telephone"
MOBILE_ICON = "phone"

# Font Awesome 4 to 6, without "fa-". In Bootstrap "telephone" is a handset, "phone" a mobile.
FONT_AWESOME = {
    "address-book": "person-rolodex",
    "address-card": "person-vcard",
    "ambulance": "truck",
    "at": "at",
    "bell": "bell",
    "blender-phone": "telephone",
    "briefcase": "briefcase",
    "building": "building",
    "bullhorn": "megaphone",
    "car": "car-front",
    "city": "buildings",
    "comment": "chat",
    "comment-dots": "chat-dots",
    "comments": "chat-dots",
    "desktop": "pc-display",
    "envelope": "envelope",
    "external-link-alt": "box-arrow-up-right",
    "fax": "printer",
    "globe": "globe",
    "hard-of-hearing": "ear",
    "headphones": "headphones",
    "headset": "headset",
    "home": "house",
    "hospital": "hospital",
    "house": "house",
    "id-badge": "person-badge",
    "id-card": "person-vcard",
    "industry": "buildings",
    "laptop": "laptop",
    "life-ring": "life-preserver",
    "link": "link",
    "microphone": "mic",
    "mobile": "phone",
    "mobile-alt": "phone",
    "mobile-android": "phone",
    "mobile-android-alt": "phone",
    "mobile-button": "phone",
    "mobile-phone": "phone",
    "mobile-retro": "phone",
    "mobile-screen": "phone",
    "mobile-screen-button": "phone",
    "paper-plane": "send",
    "phone": "telephone",
    "phone-alt": "telephone",
    "phone-flip": "telephone",
    "phone-slash": "telephone-x",
    "phone-square": "telephone-fill",
    "phone-square-alt": "telephone-fill",
    "phone-volume": "telephone-outbound",
    "sms": "chat-text",
    "square-phone": "telephone-fill",
    "square-phone-flip": "telephone-fill",
    "skype": "skype",
    "star": "star",
    "store": "shop",
    "tablet": "tablet",
    "tablet-alt": "tablet",
    "tty": "telephone",
    "user": "person",
    "user-circle": "person-circle",
    "user-headset": "headset",
    "user-tie": "person",
    "users": "people",
    "video": "camera-video",
    "voicemail": "voicemail",
    "volume-control-phone": "telephone-outbound",
    "walkie-talkie": "broadcast",
    "warehouse": "building",
    "whatsapp": "whatsapp",
}

# The names that are known without "bi-" in front.
BOOTSTRAP = frozenset(FONT_AWESOME.values()) | {
    "house-door",
    "person-lines-fill",
    "phone-fill",
    "phone-vibrate",
    "telephone-forward",
    "telephone-outbound-fill",
    "telephone-plus",
}

# Words that say how an icon of Font Awesome is drawn, not which one it is.
_STYLE = re.compile(
    r"fa[bdlrst]?|fa-(solid|regular|light|thin|duotone|brands|sharp|classic|fw|lg|sm|xs|xl|2xs|2xl"
    r"|\d+x|inverse|border|spin|pulse|shake|beat|bounce|fade|flip|ul|li"
    r"|rotate-\w+|flip-\w+|pull-\w+|stack-\w+)"
)


class UnknownIcon(ValueError):
    """No Bootstrap icon is known for a name; `remedy` says what to write."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"no icon is known for {name!r}")
        self.remedy = remedy


def bootstrap_icon(name: str) -> str:
    """The Bootstrap icon for an icon's name.

    :param name: of Font Awesome as in iTop ("fas fa-phone"), or of Bootstrap ("bi-telephone",
        taken as it is, or one of `BOOTSTRAP`)
    :raises UnknownIcon: with the nearest name that is known
    """
    words = name.lower().split()
    bootstrap = [word.removeprefix("bi-") for word in words if word != "bi"]
    if len(bootstrap) == 1 and len(words) <= 2:
        own = bootstrap[0]
        if own in BOOTSTRAP or (own != words[-1] and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", own)):
            return own
    for word in words:
        if not _STYLE.fullmatch(word) and word.removeprefix("fa-") in FONT_AWESOME:
            return FONT_AWESOME[word.removeprefix("fa-")]
    raise UnknownIcon(name, _remedy(words))


def _remedy(words: list[str]) -> str:
    """What to write instead: the nearest name, else a known one that is a part of it."""
    wanted = next((word for word in words if not _STYLE.fullmatch(word)), "")
    bare = wanted.removeprefix("fa-").removeprefix("bi-")
    known = [f"fa-{icon}" for icon in FONT_AWESOME]
    otherwise = 'write "fas fa-phone", or "bi-" and the name of a Bootstrap icon: "bi-telephone"'
    for name in (bare, *bare.split("-")):
        if name in FONT_AWESOME:
            return f"did you mean 'fa-{name}'?"
        if name in BOOTSTRAP:
            return f"did you mean 'bi-{name}'?"
    if near := nearest(wanted, known):
        return f"did you mean {near!r}?"
    return did_you_mean(bare, sorted(BOOTSTRAP), otherwise)
