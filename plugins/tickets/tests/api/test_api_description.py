"""The OpenAPI document: what it promises is kept, whatever schemathesis thinks of."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.core.result import Ok
from schemathesis.specs.openapi import checks as promised

from cti_host.testing import RunningHost

# Those that say the most; a class has nothing of its own but its attributes.
CLASSES = ("Organization", "Person", "UserRequest", "PhoneCall", "Contact")
CHECKS = [
    not_a_server_error,
    promised.status_code_conformance,
    promised.content_type_conformance,
    promised.response_headers_conformance,
    promised.response_schema_conformance,
    promised.negative_data_rejection,
]
# HTTP looks at If-Match before it looks at the body. So a body that doesn't fit is refused with 412
# if the version that was drawn isn't the present one; schemathesis doesn't count that by itself.
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "412", "415", "422", "428"]
CONFIG = {"seed": 1, "checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}}
# The same requests each time, and no more than can be waited for.
BOUNDED = settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
TOKEN = {"Authorization": "Bearer Administrator"}


def document(running: RunningHost, profile: str = "Administrator") -> dict[str, Any]:
    """The document for somebody with a profile."""
    headers = {"Authorization": f"Bearer {profile.replace(' ', '-')}"}
    response = running.app.test_client().get("/api/v1/openapi.json", headers=headers)
    assert response.status_code == 200
    said: dict[str, Any] = response.get_json()
    return said


def test_it_says_what_somebody_may_do_and_nothing_else(running: RunningHost) -> None:
    whole = document(running)
    assert "post" in whole["paths"]["/objects/UserRequest"]
    assert set(whole["paths"]["/objects/Contact"]) == {"get"}  # abstract
    assert "/objects/UserRequest/{id}/transitions/ev_assign" in whole["paths"]
    reader = document(running, "Document author")
    methods = {m for path in reader["paths"].values() for m in path}
    assert methods == {"get"} or "post" not in reader["paths"].get("/objects/UserRequest", {})


def test_what_no_state_lets_anybody_set_is_not_offered(running: RunningHost) -> None:
    schemas = document(running)["components"]["schemas"]

    def offered(name: str) -> set[str]:
        return {*schemas[name]["properties"]["fields"]["properties"]}

    assert not {"status", "start_date", "close_date"} & offered("UserRequest.change")
    # What a later state asks for may be changed in that one, and isn't there when it is created.
    assert {"title", "solution", "team_id", "public_log"} <= offered("UserRequest.change")
    assert not {"status", "solution", "team_id"} & offered("UserRequest.new")
    assert {"title", "public_log"} <= offered("UserRequest.new")
    assert "status" in offered("Organization.change")  # it has no life cycle


def test_every_address_of_it_is_there(running: RunningHost) -> None:
    rules = {rule.rule for rule in running.app.url_map.iter_rules()}
    for path in document(running)["paths"]:
        parts = path.strip("/").split("/")
        if parts[0] == "objects":
            method = "POST" if parts[3:4] == ["transitions"] else "GET"
            address = "/api/v1" + path.replace("{id}", "1").replace("{file}", "1")
            assert running.app.url_map.bind("").match(address, method=method)
    assert "/api/v1/search" in rules


@pytest.fixture
def always_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw no constants of our own modules: which of them are loaded depends on other tests."""
    monkeypatch.setattr(providers, "_get_local_constants", Constants)


@pytest.mark.usefixtures("always_the_same")
@pytest.mark.parametrize(
    ("kind", "class_name"),
    [*(("sqlite", name) for name in CLASSES), ("postgresql", "UserRequest")],
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning")
def test_what_it_promises_is_kept(start: Any, kind: str, class_name: str) -> None:
    """Each operation some dozen times, with what fits its schema and with what doesn't."""
    running = start(kind)
    said = document(running)
    own = (f"/objects/{class_name}", f"/objects/{class_name}/")
    said["paths"] = {
        path: operations
        for path, operations in said["paths"].items()
        if path == own[0] or path.startswith(own[1]) or path == "/search"
    }
    schema = schemathesis.openapi.from_dict(said, config=SchemathesisConfig.from_dict(CONFIG))
    schema.app = running.app
    tried = 0

    def keeps_its_promise(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(headers=TOKEN, checks=CHECKS)

    for result in schema.get_all_operations():
        assert isinstance(result, Ok), result
        for mode in GenerationMode:
            cases = result.ok().as_strategy(generation_mode=mode)
            BOUNDED(given(case=cases)(keeps_its_promise))()
    assert tried > 30
