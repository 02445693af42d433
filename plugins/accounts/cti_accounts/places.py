"""Where an agent has signed in before: browsers and addresses.

Whoever guesses passwords elsewhere must not be able to keep an agent out of the browser and the
office where they always sign in, so failures are counted apart there. Only hashes are kept.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
import secrets

from flask import Request, Response, current_app

from cti_accounts.models import AgentAccount, KnownPlace, seconds_now
from cti_host import writing

COOKIE = "cti_host_browser"
DAYS_KEPT = 90
YEAR_IN_SECONDS = 365 * 24 * 3600
_IPV6_NETWORK = 64
_BROWSER_ID = re.compile(r"[\w-]{43}", re.ASCII)


class Places:
    """Where a request comes from.

    :param request: its cookie tells the browser from others, if it has signed anybody in
    """

    def __init__(self, request: Request) -> None:
        self.address = network_of(request.remote_addr or "")
        self._browser_id = browser_id(request)

    @property
    def browser(self) -> str:
        """The browser's place; empty: nobody has signed in with it."""
        return _hash("browser", self._browser_id) if self._browser_id else ""

    @property
    def network(self) -> str:
        """The address's place."""
        return _hash("address", self.address)

    def known_to(self, account: AgentAccount | None) -> set[str]:
        """Those places where the agent has signed in; without an account none, as slowly."""
        known = KnownPlace.select(KnownPlace.place).where(
            (KnownPlace.agent == (account.id if account else 0))
            & KnownPlace.place.in_([self.browser, self.network])
        )
        return {row.place for row in known}


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the network, since everybody has a whole one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False))
    return address


def browser_id(request: Request) -> str:
    """What the cookie of this browser holds; empty: none, or nonsense."""
    found = request.cookies.get(COOKIE, "")
    return found if _BROWSER_ID.fullmatch(found) else ""


def remember_place(account: AgentAccount, request: Request, response: Response) -> None:
    """Note that an agent has signed in here, and give the browser its cookie."""
    id_ = browser_id(request) or secrets.token_urlsafe(32)
    network = _hash("address", network_of(request.remote_addr or ""))
    now = seconds_now()
    with writing():
        KnownPlace.delete().where(KnownPlace.used < now - DAYS_KEPT * 24 * 3600).execute()
        for place in (_hash("browser", id_), network):
            KnownPlace.insert(agent=account, place=place, used=now).on_conflict(
                conflict_target=[KnownPlace.agent, KnownPlace.place], update={"used": now}
            ).execute()
    response.set_cookie(
        COOKIE,
        id_,
        max_age=YEAR_IN_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SESSION_COOKIE_SECURE"],
    )


def forget_places(account: AgentAccount) -> None:
    """Know no place of an agent any more: somebody else may have had the password."""
    KnownPlace.delete().where(KnownPlace.agent == account).execute()


def _hash(kind: str, value: str) -> str:
    return hashlib.sha256(f"{kind}\n{value}".encode("utf-8", "replace")).hexdigest()
