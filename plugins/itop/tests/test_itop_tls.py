"""Certificates are verified, always; a site's own authority is named by `ca_file`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cti_itop.rest.client import Account, Connection, Itop
from cti_itop.rest.errors import ItopDown
from fake_itop import PASSWORD, USER, FakeItop, running
from own_certificate import make_certificate, server_context


@pytest.fixture(params=["IP:127.0.0.1"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[FakeItop, Path]]:
    """An iTop behind https, and its certificate."""
    certificate, key = make_certificate(tmp_path, request.param)
    with running(FakeItop(), server_context(certificate, key)) as fake:
        yield fake, certificate


def connect(url: str, ca_file: str = "") -> Itop:
    return Itop(Connection(url, Account(user=USER, password=PASSWORD), ca_file=ca_file))


def test_a_certificate_of_an_authority_that_is_named(served: tuple[FakeItop, Path]) -> None:
    fake, certificate = served
    itop = connect(fake.url, str(certificate))
    assert itop.call("list_operations")["code"] == 0
    itop.close()


def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    served: tuple[FakeItop, Path],
) -> None:
    fake, _certificate = served
    itop = connect(fake.url)
    with pytest.raises(ItopDown, match="certificate verify failed"):
        itop.call("list_operations")
    assert fake.forms == []
    itop.close()


@pytest.mark.parametrize("served", ["DNS:another.example.org"], indirect=True)
def test_a_certificate_for_another_name_gets_no_password(served: tuple[FakeItop, Path]) -> None:
    fake, certificate = served
    itop = connect(fake.url, str(certificate))
    with pytest.raises(ItopDown, match="certificate"):
        itop.call("list_operations")
    assert fake.forms == []
    itop.close()
