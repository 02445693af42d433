"""Texts that only this site can read: encrypted with a key that is derived from the site's own.

A copy of the database (a backup, say) without the file of the secret key holds no secret that
makes codes. Somebody who has both, or the running host, can read them: codes are made from the
secret itself, so a hash would not do.
"""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_NONCE_BYTES = 12


class Unreadable(Exception):
    """The text was sealed with another secret key, for something else, or it was changed."""


def seal(text: str, purpose: str) -> str:
    """Encrypt a text.

    :param purpose: what it is for, and whose; the same is needed to open it
    """
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher().encrypt(nonce, text.encode("utf-8"), purpose.encode("utf-8"))
    return urlsafe_b64encode(nonce + sealed).decode("ascii")


def open_sealed(sealed: str, purpose: str) -> str:
    """Read a sealed text.

    :raises Unreadable: it is not one, or not for this
    """
    try:
        raw = urlsafe_b64decode(sealed.encode("ascii"))
        opened = _cipher().decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], purpose.encode("utf-8"))
        return opened.decode("utf-8")
    except (ValueError, InvalidTag) as error:
        raise Unreadable("sealed with another secret key, or not at all") from error


def _cipher() -> AESGCM:
    key = current_app.secret_key
    secret = key if isinstance(key, bytes) else str(key).encode("utf-8")
    derived = HKDF(SHA256(), 32, salt=None, info=b"cti_accounts second factor").derive(secret)
    return AESGCM(derived)
