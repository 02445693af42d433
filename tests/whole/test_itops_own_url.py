"""The URL that a phone system opens for iTop, and those for other products, on a whole host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

ITOP = "/pages/exec.php?exec_module=combodo-telephony-integration&exec_page=index.php&phone="


@pytest.mark.parametrize(
    "before",
    [
        ITOP,
        f"/itop{ITOP}",
        "/znuny/index.pl?Action=AgentTicketPhoneCTI;CallerID=",
        "/cti.do?sysparm_caller_phone=",
        "/sd?telephone=",
    ],
)
@pytest.mark.parametrize(
    "number",
    ["0987654321", "+33987654321", "%2B33%209%2087%2065%2043%2021", "+33+(0)9-87-65-43-21"],
)
def test_the_caller_is_found(make_site: Callable[..., Any], before: str, number: str) -> None:
    client = make_site().client(Accept="application/json")
    panel = client.get(f"{before}{number}", follow_redirects=True).get_json()
    assert [caller["display"] for caller in panel["callers"]] == [
        "Marguerite Delaunay, Fluvia France"
    ]


def test_an_agent_signs_in_first_and_then_sees_the_call(make_site: Callable[..., Any]) -> None:
    browser = make_site().app.test_client()
    form = browser.get(f"{ITOP}+33987654321", follow_redirects=True)
    assert form.request.path == "/sign-in"
    token = form.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    back = form.request.args["next"]
    data = {"csrf_token": token, "next": back, "name": "demo", "password": "ring-ring-hello"}
    panel = browser.post("/sign-in", data=data, follow_redirects=True)
    assert panel.request.path == "/pop"
    assert panel.request.query_string == b"phone=+33987654321"
    assert "Marguerite Delaunay" in panel.text
