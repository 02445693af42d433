"""Argon2 hashes of passwords, and how many are computed at a time.

A hash costs a tenth of a second of all cores and 64 MiB. Everybody may send a password, so without
a bound a few senders would keep pops waiting: each process computes a few at a time, and says that
it is busy instead of letting requests queue. What is computed gives way to whatever else wants a
core, such as a pop.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import current_app

EXTENSION = "cti_accounts.hashing"
# How long whoever has signed in with this browser before waits for their turn.
PATIENCE_SECONDS = 3.0
# What a password is compared with where there is no account, so that this takes as long: the hash
# of a random text, made with the same parameters.
NOBODYS_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$pB1ud8KUeAsaHqTlXkOTOg"
    "$VBH/pQFZJSfnar9/Bm+dAsL6xieP1jiJS80C9BGFSXk"
)
# A core that others want, too, is theirs for nine tenths of the time.
NICENESS = 10
# No process computes so many at a time; see `turn`.
_MOST_THREADS = 64
_hasher = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


class Busy(Exception):
    """Other passwords are being checked; please try again in a moment."""


@contextmanager
def turn(*, patient: bool = False) -> Iterator[None]:
    """Wait for one's turn to compute a hash.

    :param patient: whether to wait for a while; else there must be a free place now
    :raises Busy: there is none
    """
    places: threading.BoundedSemaphore = current_app.extensions[EXTENSION]
    if not places.acquire(timeout=PATIENCE_SECONDS if patient else 0):
        raise Busy
    try:
        yield
    finally:
        places.release()


def make_hash(password: str) -> str:
    """The hash of a password, with its own salt."""
    return _threads().submit(_hasher.hash, password).result()


def matches(password: str, stored: str) -> bool:
    """Whether a password is the one that was hashed."""
    try:
        return _threads().submit(_hasher.verify, stored, password).result()
    except (VerificationError, InvalidHashError):
        return False


def is_hash(stored: str) -> bool:
    """Whether what is stored is a hash; an account that was closed has none."""
    return stored.startswith("$argon2")


def is_outdated(stored: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads of low priority; so are those that argon2 itself makes in them."""
    return ThreadPoolExecutor(_MOST_THREADS, "cti-host-password", _give_way)


# A process that was forked has none of the threads.
os.register_at_fork(after_in_child=_threads.cache_clear)


def _give_way() -> None:
    # Only Linux counts this for each thread; elsewhere it would be the whole process.
    if sys.platform == "linux":
        os.nice(NICENESS)
