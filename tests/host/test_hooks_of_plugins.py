"""A plugin brings hooks of its own: others implement them, as strictly checked as the host's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cti_host import Caller
from cti_host.isolation.trace import current_trace
from cti_host.settings.problems import ConfigRefused, Problem
from cti_host.testing import MakeHost, RunningHost

Refusals = Callable[..., list[Problem]]

DESK = '''
"""A desk that rings: a plugin with a hook of each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cti_host import Address, Budget, Caller, Kind, contract, hookimpl


@dataclass(frozen=True)
class Ring:
    """A way to ring."""

    name: str
    loud: int = 1
    url: Address = ""
    for_: tuple[Caller, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


class DeskHooks:
    """The hooks of the desk."""

    @contract(Kind.COLLECT, Ring, many=True, unavailable="No ring from %(plugin)s.")
    def rings(self, desk: str, callers: Sequence[Caller]) -> Sequence[Ring] | None:
        """Ways to ring.

        Fires when somebody waits.
        """

    @contract(Kind.FIRST, str)
    def ring_tone(self, name: str) -> str | None:
        """The tone of a ring."""

    @contract(Kind.CHANGE, Ring)
    def tune_ring(self, ring: Ring) -> Ring | None:
        """Change a ring before it sounds."""

    @contract(Kind.EVENT, own=("caller",), needs="caller")
    def rang(self, caller: Caller) -> None:
        """It rang for somebody."""

    @contract(Kind.SETUP, Ring, many=True, budget=Budget.NONE)
    def fixed_rings(self) -> Sequence[Ring]:
        """Rings that are always there."""


class Plugin:
    """A desk that rings."""

    @hookimpl
    def hookspecs(self):
        return DeskHooks

    @hookimpl
    def register(self, host):
        self.fixed = [
            (plugin, ring.name)
            for plugin, rings in host.hooks.set_up("fixed_rings")
            for ring in rings
        ]
'''
BELL = '''
from dataclasses import replace

from cti_host import current_host, hookimpl


class Plugin:
    """Bells."""

    def __init__(self):
        self.heard = []

    @property
    def Ring(self):
        # A distribution would import it from the desk's module `api_for_plugins`.
        return next(one for one in current_host().plugins if one.name == "desk").module.Ring

    @hookimpl
    def rings(self, desk, callers):
        return [self.Ring(f"bell for {len(callers)} at {desk}")]

    @hookimpl(of="desk")
    def ring_tone(self, name):
        return "ding" if name.startswith("bell") else None

    @hookimpl
    def tune_ring(self, ring):
        return replace(ring, loud=ring.loud + 1)

    @hookimpl
    def rang(self, caller):
        self.heard.append(caller)

    @hookimpl
    def fixed_rings(self):
        return [self.Ring("gong")]
'''


@pytest.fixture
def refusals(make_host: MakeHost) -> Refusals:
    """Build a host that is refused; return its problems."""

    def build(toml: str = "", **arguments: object) -> list[Problem]:
        with pytest.raises(ConfigRefused) as refused:
            make_host(toml, **arguments)
        return refused.value.problems

    return build


@pytest.fixture
def host(make_host: MakeHost) -> RunningHost:
    """A host with a desk, and bells before and after it."""
    return make_host(
        plugins=["first", "desk", "second"],
        sources={"desk": DESK, "first": BELL, "second": BELL},
    )


def test_all_kinds_of_hooks_reach_the_plugins_in_order(host: RunningHost) -> None:
    hooks = host.host.hooks
    first, desk, second = (plugin.instance for plugin in host.host.plugins[:3])
    assert desk.fixed == [("first", "gong"), ("second", "gong")]
    with host.app.test_request_context():
        rings = hooks.collect("rings", object, desk="one", callers=[])
        assert [ring.name for ring in rings] == ["bell for 0 at one"] * 2  # type: ignore[attr-defined]
        assert hooks.first("ring_tone", str, name="bell") == "ding"
        assert hooks.first("ring_tone", str, name="horn") is None
        tuned: Any = hooks.change("tune_ring", rings[0])
        assert tuned.loud == 3
        ada = Caller("Person", 1, "Ada", source="second")
        assert hooks.event("rang", caller=ada) == []
        assert first.heard == []  # it is not its own caller
        assert second.heard == [ada]
        assert hooks.owners("rings") == ["first", "second"]


def test_what_a_plugin_returns_carries_its_name(host: RunningHost) -> None:
    with host.app.test_request_context():
        rings: list[Any] = host.host.hooks.collect("rings", object, desk="one", callers=[])
        assert [ring.source for ring in rings] == ["first", "second"]


def test_a_failure_costs_its_own_part_and_a_line(make_host: MakeHost) -> None:
    broken = BELL.replace("return [self.Ring(f", "raise RuntimeError; return [self.Ring(f")
    running = make_host(
        plugins=["desk", "broken", "bell"],
        sources={"desk": DESK, "bell": BELL, "broken": broken},
    )
    with running.app.test_request_context():
        rings = running.host.hooks.collect("rings", object, desk="one", callers=[])
        assert len(rings) == 1
        assert current_trace().lines == ["No ring from broken."]


@pytest.mark.parametrize(
    ("result", "problem"),
    [
        ("'bell'", "returned str, not a list"),
        ("['bell']", "returned str, not Ring"),
        ("[self.Ring(None)]", "returned a Ring whose name is None, not str"),
        ("[self.Ring('x', True)]", "returned a Ring whose loud is bool, not int"),
        (
            "[self.Ring('x', url='javascript:x')]",
            "returned a Ring whose url is not an address that is safe to open",
        ),
        ("[self.Ring('x', more={'a': 1})]", "returned a Ring whose more['a'] is int, not str"),
        (
            "[self.Ring('x', for_=(None,))]",
            "returned a Ring whose for_[0] is None, not Caller",
        ),
        ("callers.append(1)", "changed what it was given in place"),
    ],
)
def test_results_and_arguments_are_guarded_as_those_of_the_host(
    make_host: MakeHost, result: str, problem: str
) -> None:
    wrong = BELL.replace('[self.Ring(f"bell for {len(callers)} at {desk}")]', result)
    running = make_host(plugins=["desk", "wrong"], sources={"desk": DESK, "wrong": wrong})
    with running.app.test_request_context():
        assert running.host.hooks.collect("rings", object, desk="one", callers=[]) == []
        (span,) = current_trace().spans
        assert span.problem.startswith(problem)


@pytest.mark.parametrize(
    ("method", "message", "remedy"),
    [
        ("@hookimpl\n    def ring(self): ...", "there is no hook 'ring'", "did you mean 'ring"),
        (
            "@hookimpl\n    def rings(self, table): ...",
            "rings has no argument 'table'",
            "it gets: desk, callers",
        ),
        (
            "def rings(self, desk): ...",
            "rings is a hook but has no @hookimpl",
            "put @hookimpl above it",
        ),
        (
            "@hookimpl(tryfirst=True)\n    def rings(self, desk): ...",
            "rings uses tryfirst",
            "the order of the config is the only order",
        ),
        (
            '@hookimpl(of="tickets")\n    def rings(self, desk): ...',
            "rings is a hook of the plugin 'desk', not of 'tickets'",
            "@hookimpl(of='desk')",
        ),
        (
            '@hookimpl(of="desk")\n    def lookup_callers(self, call): ...',
            "lookup_callers is a hook of the host, not of 'desk'",
            "@hookimpl",
        ),
        (
            '@hookimpl(of="desk")\n    def bells(self): ...',
            "there is no hook 'bells'",
            "",
        ),
    ],
)
def test_an_implementation_is_checked_as_that_of_a_hook_of_the_host(
    refusals: Refusals, method: str, message: str, remedy: str
) -> None:
    source = f"from cti_host import hookimpl\n\n\nclass Plugin:\n    {method}\n"
    (problem,) = refusals(plugins=["desk", "bell"], sources={"desk": DESK, "bell": source})
    assert message in problem.message
    assert "bell.py" in problem.message
    assert problem.remedy.startswith(remedy)
    assert problem.key == "plugins[1]"


@pytest.mark.parametrize("of", ["", '(of="desk")'])
def test_a_hook_of_a_plugin_that_is_not_enabled_says_what_to_enable(
    refusals: Refusals, of: str
) -> None:
    source = (
        f"from cti_host import hookimpl\n\n\nclass Plugin:\n    @hookimpl{of}\n"
        "    def rings(self, desk): ...\n"
    )
    (problem,) = refusals(plugins=["bell"], sources={"desk": DESK, "bell": source})
    assert "rings is a hook of the plugin 'desk', which is not enabled" in problem.message
    assert problem.remedy == "enable it first: add 'desk' to plugins"


def test_a_hook_of_a_plugin_that_is_not_even_installed_says_which(refusals: Refusals) -> None:
    source = (
        'from cti_host import hookimpl\n\n\nclass Plugin:\n    @hookimpl(of="desk")\n'
        "    def rings(self, desk): ...\n"
    )
    (problem,) = refusals(plugins=["bell"], sources={"bell": source})
    assert "rings is a hook of the plugin 'desk', which is not enabled" in problem.message


def test_hooks_of_a_plugin_that_could_not_be_loaded_are_no_second_mistake(
    refusals: Refusals,
) -> None:
    broken = DESK.replace("    @hookimpl\n    def register", "    def register")
    (problem,) = refusals(plugins=["desk", "bell"], sources={"desk": broken, "bell": BELL})
    assert "register is a hook but has no @hookimpl" in problem.message


def test_two_owners_of_a_hook_are_refused_with_both(refusals: Refusals) -> None:
    (problem, *_rest) = refusals(plugins=["desk", "other"], sources={"desk": DESK, "other": DESK})
    assert "other.py: it brings a hook 'rings', as does the plugin 'desk'" in problem.message
    assert problem.remedy == "give it another name"
    assert problem.key == "plugins[1]"


def test_the_same_class_of_hooks_can_not_be_brought_twice(make_host: MakeHost) -> None:
    running = make_host(plugins=["desk"], sources={"desk": DESK})
    desk = running.host.plugins[0]
    assert desk.own_hooks == ("rings", "ring_tone", "tune_ring", "rang", "fixed_rings")
    assert desk.hooks == ("hookspecs", "register")


def brings(specification: str) -> str:
    """A plugin that brings what is between the class and the next."""
    return (
        "from __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
        "from cti_host import *\n\nif TYPE_CHECKING:\n    from elsewhere import Thing\n\n\n"
        "class Hooks:\n"
        f"    {specification}\n\n\nclass Plugin:\n    @hookimpl\n    def hookspecs(self):\n"
        "        return Hooks\n"
    )


@pytest.mark.parametrize(
    ("specification", "message"),
    [
        ("pass", "not a class of hooks"),
        (
            "@contract(Kind.FIRST, str)\n    def class_label(self, class_name): ...",
            "it brings a hook 'class_label', as does the host",
        ),
        (
            "@contract(Kind.FIRST, str)\n    def tone(self, name=''): ...",
            "the hook 'tone' can't have the argument name=''",
        ),
        (
            "@contract(Kind.FIRST, str)\n    def tone(self, *names): ...",
            "the hook 'tone' can't have the argument *names",
        ),
        (
            "@contract(Kind.EVENT, own=('caller',))\n    def rang(self, person): ...",
            "the contract of 'rang' names 'caller', which is no argument of it",
        ),
        (
            "@contract(Kind.EVENT, needs='caller')\n    def rang(self, person): ...",
            "the contract of 'rang' names 'caller', which is no argument of it",
        ),
        (
            "@contract(Kind.CHANGE, str)\n    def tuned(self): ...",
            "the hook 'tuned' has nothing to change",
        ),
    ],
)
def test_a_mistake_in_what_a_plugin_brings_is_refused(
    refusals: Refusals, specification: str, message: str
) -> None:
    (problem,) = refusals(plugins=["desk"], sources={"desk": brings(specification)})
    assert message in problem.message
    assert "desk.py" in problem.message
    assert problem.remedy


def test_a_result_whose_type_is_not_there_at_runtime_is_refused(refusals: Refusals) -> None:
    source = brings("@contract(Kind.FIRST, Ring)\n    def tone(self, name): ...").replace(
        "class Hooks:",
        "from dataclasses import dataclass\n\n\n@dataclass\nclass Ring:\n    thing: Thing\n\n\n"
        "class Hooks:",
    )
    (problem,) = refusals(plugins=["desk"], sources={"desk": source})
    assert "the result of the hook 'tone' can't be checked" in problem.message
    assert "'Thing' is not defined" in problem.message


@pytest.mark.parametrize("body", ["raise RuntimeError('it broke')", "return 7"])
def test_hookspecs_that_fail_are_refused(refusals: Refusals, body: str) -> None:
    source = (
        "from cti_host import hookimpl\n\n\nclass Plugin:\n    @hookimpl\n"
        f"    def hookspecs(self):\n        {body}\n"
    )
    (problem,) = refusals(plugins=["desk"], sources={"desk": source})
    assert "hookspecs " in problem.message
    assert problem.key == "plugins[0]"


def test_a_set_up_hook_that_fails_stops_the_host_and_names_its_own_plugin(
    refusals: Refusals,
) -> None:
    broken = BELL.replace(
        "    def fixed_rings(self):", "    def fixed_rings(self):\n        raise OSError('no gong')"
    )
    (problem,) = refusals(plugins=["desk", "bell"], sources={"desk": DESK, "bell": broken})
    assert problem.message == "bell: fixed_rings failed: OSError: no gong"
    assert problem.key == "plugins[1]"
