"""`[rights]`: what a site grants and denies, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

HEAD = 4  # lines that the test's own settings come after


@pytest.mark.parametrize(
    ("toml", "line", "key", "message", "remedy"),
    [
        (
            '[rights."Suport Agent".Person]\ncreate = true\n',
            1,
            'rights."Suport Agent"',
            "there is no profile 'Suport Agent'",
            "did you mean 'Support Agent'?",
        ),
        (
            '[rights."Support Agent".Persn]\ncreate = true\n',
            1,
            'rights."Support Agent".Persn',
            "there is no class 'Persn'",
            "did you mean 'Person'?",
        ),
        (
            '[rights."Support Agent".Person]\ncreate = true\nmodfy = true\n',
            3,
            'rights."Support Agent".Person.modfy',
            "there is no action 'modfy' with Person",
            "did you mean 'modify'?",
        ),
        (
            '[rights."Support Agent".Person]\nev_assign = true\n',
            2,
            'rights."Support Agent".Person.ev_assign',
            "there is no action 'ev_assign' with Person",
            "known: bulk_delete, bulk_modify, bulk_read, create, delete, modify, read",
        ),
        (
            '[rights."Support Agent".UserRequest]\nev_timeout = true\n',
            2,
            'rights."Support Agent".UserRequest.ev_timeout',
            "there is no action 'ev_timeout' with UserRequest",
            "known: bulk_delete, bulk_modify, bulk_read, create, delete, ev_approve, ev_assign, "
            "ev_close, ev_pending, ev_reassign, ev_reject, ev_reopen, ev_resolve, "
            "ev_wait_for_approval, modify, read",
        ),
        (
            "[rights.Administrator.Person]\ndelete = false\n",
            1,
            "rights.Administrator",
            "an administrator may do everything",
            "remove the table; give agents who may do less other profiles",
        ),
        (
            '[rights."Support Agent".Person]\ncreate = "yes"\n',
            2,
            'rights."Support Agent".Person.create',
            "Input should be a valid boolean",
            "write true or false, without quotes",
        ),
        (
            '[rights]\n"Support Agent" = "everything"\n',
            2,
            'rights."Support Agent"',
            "Input should be a valid dictionary",
            "write a table",
        ),
        (
            "[right]\nx = {}\n",
            1,
            "right",
            "unknown section",
            "did you mean [rights]?",
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_a_remedy(
    check: Any, toml: str, line: int, key: str, message: str, remedy: str
) -> None:
    assert check(toml) == [(HEAD + line, key, message, remedy, False)]


def test_what_is_right_is_taken(check: Any) -> None:
    toml = """
        [rights."Support Agent"]
        Person = { create = true, modify = true }
        UserRequest = { ev_reopen = true }
        PhoneCall = { delete = false }
        [rights."Portal user"."*"]
        read = true
        [rights."Problem Manager".Ticket]
        ev_assign = true
        """
    assert check(toml) == []
