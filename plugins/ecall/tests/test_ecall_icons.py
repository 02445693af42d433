"""Icons of iTop settings become Bootstrap icons that are really there."""

from __future__ import annotations

import re
from pathlib import Path

import flask_bootstrap
import pytest
from cti_ecall.icons import BOOTSTRAP, UnknownIcon, bootstrap_icon
from hypothesis import given
from hypothesis import strategies as st

STATIC = Path(flask_bootstrap.__file__).parent / "static"
SPRITE = (STATIC / "bootstrap5/icons/bootstrap-icons.svg").read_text(encoding="utf-8")


def test_every_icon_is_in_the_sprite_that_pages_use() -> None:
    drawn = set(re.findall(r'<symbol\b[^>]*\bid="([^"]+)"', SPRITE))
    assert "telephone" in drawn
    assert BOOTSTRAP - drawn == set()


@pytest.mark.parametrize(
    ("written", "icon"),
    [
        ("fas fa-phone", "telephone"),
        ("fa fa-mobile", "phone"),
        ("fas fa-mobile-alt", "phone"),
        ("fas fa-phone-alt", "telephone"),
        ("fas fa-phone-square", "telephone-fill"),
        ("fa-solid fa-headset", "headset"),
        ("fas fa-home fa-fw", "house"),
        ("fas fa-building fa-2x", "building"),
        ("far fa-envelope", "envelope"),
        ("fas fa-sms", "chat-text"),
        ("fas fa-fax", "printer"),
        ("fas fa-user", "person"),
        ("fas fa-globe", "globe"),
        ("fas fa-video", "camera-video"),
        ("fab fa-whatsapp", "whatsapp"),
        ("fas fa-phone fa-flip-horizontal", "telephone"),
        ("fa-flip fa-phone", "telephone"),
        ("  FAS   FA-PHONE ", "telephone"),
        ("fa-phone", "telephone"),
        ("telephone", "telephone"),
        ("phone", "phone"),
        ("bi-phone", "phone"),
        ("bi-telephone-plus", "telephone-plus"),
        ("bi bi-telephone", "telephone"),
        ("bi-some-newer-icon", "some-newer-icon"),
    ],
)
def test_a_name_gives_an_icon(written: str, icon: str) -> None:
    assert bootstrap_icon(written) == icon


@pytest.mark.parametrize(
    ("written", "remedy"),
    [
        ("fas fa-phon", "did you mean 'fa-phone'?"),
        ("fa-mobille", "did you mean 'fa-mobile'?"),
        ("telefone", "did you mean 'telephone'?"),
        ("fas fa-telephone", "did you mean 'bi-telephone'?"),
        ("fa-telephone-alt", "did you mean 'bi-telephone'?"),
        ("fa-mobile-vibrate", "did you mean 'fa-mobile'?"),
        ("fa-envelop", "did you mean 'fa-envelope'?"),
        ("fa-teleport", 'write "fas fa-phone"'),
        ("fas", 'write "fas fa-phone"'),
        ("fas fa-kiwi-bird", ""),
        ("bi-", ""),
        ('bi-x"><script>', ""),
        ("☎", 'write "fas fa-phone"'),
    ],
)
def test_an_unknown_name_is_refused_with_a_remedy(written: str, remedy: str) -> None:
    with pytest.raises(UnknownIcon) as caught:
        bootstrap_icon(written)
    assert written in str(caught.value)
    assert remedy in caught.value.remedy


@given(st.one_of(st.text(), st.text("abifst- ")))
def test_any_text_gives_a_safe_name_or_is_unknown(text: str) -> None:
    try:
        icon = bootstrap_icon(text)
    except UnknownIcon:
        return
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", icon)
