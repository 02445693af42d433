"""`/metrics`: what is counted, by all processes together, and who may read it."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from real_server import PAGES, Serving, serving_site, until

from cti_host.health.processes import Processes
from cti_host.isolation.counters import Counters
from cti_host.metrics.metrics import Metrics
from cti_host.testing import MakeHost, write_config

# Programs on the same machine may read it.
LOCAL = '[metrics]\naddresses = ["127.0.0.1", "::1"]\n'
PROXY = f"[server]\nproxies = 1\n{LOCAL}"
NUMBER = "0987654321"
NAME = "Marguerite Delaunay"
Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


def samples(text: str) -> Samples:
    """What Prometheus reads."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Samples, name: str, **labels: str) -> float:
    """The sum of the samples with these labels among theirs."""
    wanted = labels.items()
    return sum(v for (n, own), v in found.items() if n == name and wanted <= set(own))


def read(client: FlaskClient) -> Samples:
    response = client.get("/metrics")
    assert response.status_code == 200
    assert response.content_type.startswith("text/plain")
    return samples(response.text)


def test_what_happens_is_counted(make_panel: MakeHost) -> None:
    running = make_panel(f"{LOCAL}[plugin.people]\nfound = ['Marguerite Delaunay']\n")
    client = running.client()
    client.get(f"/pop?phone={NUMBER}")
    client.get(f"/pop?phone={NUMBER}", headers={"Accept": "application/json"})
    client.get("/pop?phone=")
    client.get("/pop")
    # The agent came back to the panel: no other call.
    client.get(f"/pop?phone={NUMBER}&selected_caller=all")
    found = read(client)
    count = "cti_host_request_seconds_count"
    assert value(found, count, route="/pop", method="GET", status="2xx") == 4
    assert value(found, count, route="/pop", method="GET", status="4xx") == 1
    assert value(found, "cti_host_request_seconds_sum", route="/pop") > 0
    assert value(found, "cti_host_pops_total", result="one") == 2
    assert value(found, "cti_host_pops_total", result="not_searched") == 1
    assert value(found, "cti_host_pops_total", result="refused") == 1
    assert value(found, "cti_host_lookups_total", plugin="people", result="matched") == 3
    hooks = "cti_host_hook_seconds"
    assert value(found, f"{hooks}_count", plugin="people", hook="lookup_callers") == 3
    assert value(found, f"{hooks}_bucket", hook="lookup_callers", le="+Inf") == 3
    assert value(found, "cti_host_database_connections_max") > 0


@pytest.mark.parametrize(
    ("names", "result"),
    [([], "nobody"), (["Ada"], "one"), (["Ada", "Eve"], "several")],
)
def test_pops_are_counted_by_their_result(
    make_panel: MakeHost, names: list[str], result: str
) -> None:
    running = make_panel(f"{LOCAL}[plugin.people]\nfound = {names}\n")
    running.client().get(f"/pop?phone={NUMBER}")
    assert value(read(running.client()), "cti_host_pops_total") == 1
    assert value(read(running.client()), "cti_host_pops_total", result=result) == 1


def test_a_lookup_that_failed_and_hooks_that_fail_are_counted(make_host: MakeHost) -> None:
    source = """
        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def lookup_callers(self, call):
                raise LookupError("none")
        """
    running = make_host(LOCAL, plugins=["flaky"], sources={"flaky": source})
    running.client().get(f"/pop?phone={NUMBER}")
    found = read(running.client())
    assert value(found, "cti_host_pops_total", result="failed") == 1
    assert value(found, "cti_host_lookups_total", plugin="flaky", result="failed") == 1
    assert value(found, "cti_host_hook_failures_total", plugin="flaky") == 1
    assert value(found, "cti_host_hook_timeouts_total", plugin="flaky") == 0


def test_no_label_holds_anything_of_a_person_or_grows_with_what_clients_make_up(
    make_panel: MakeHost,
) -> None:
    running = make_panel(f"{LOCAL}[plugin.people]\nfound = ['{NAME}']\ntickets = 3\n")
    client = running.client()
    for _ in range(2):  # the reading counts as well
        client.get("/no-such-page/0")
        client.open("/", method="BREW0")
        client.get(f"/pop?phone={NUMBER}")
        client.get("/ticket/people/UserRequest/7")
        before = client.get("/metrics").text
    for number in range(1, 30):
        client.get(f"/no-such-page/{number}")
        client.open("/", method=f"BREW{number}")
        client.get(f"/pop?phone=09876543{number:02}")
        client.get(f"/ticket/people/UserRequest/{number}")
    after = client.get("/metrics").text
    assert set(samples(after)) == set(samples(before))
    for text in (NUMBER, NAME, "Delaunay", "no-such-page", "BREW"):
        assert text not in after


def test_plugins_add_counters_of_their_own(make_host: MakeHost) -> None:
    source = """
        from prometheus_client import Counter

        from cti_host import hookimpl


        class Plugin:
            @hookimpl
            def register(self, host):
                Counter("cti_own_orders", "Orders.", registry=host.metrics.registry).inc(3)
        """
    running = make_host(LOCAL, plugins=["own"], sources={"own": source})
    assert value(read(running.client()), "cti_own_orders_total") == 3


@pytest.mark.parametrize(
    ("toml", "peer", "headers", "status"),
    [
        # Behind a proxy that says nothing, everybody has an address of this machine.
        ("", "127.0.0.1", {}, 404),
        (LOCAL, "127.0.0.1", {}, 200),
        (LOCAL, "::1", {}, 200),
        (LOCAL, "::ffff:127.0.0.1", {}, 200),
        (LOCAL, "192.0.2.1", {}, 403),
        # A proxy that the settings don't name, on the same machine: anybody.
        (LOCAL, "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 403),
        (LOCAL, "127.0.0.1", {"Via": "1.1 proxy"}, 403),
        # Somebody who reaches the port beside the proxy may claim any address.
        (PROXY, "192.0.2.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        (PROXY, "127.0.0.1", {"X-Forwarded-For": "192.0.2.1"}, 403),
        (PROXY, "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 200),
        # A proxy that does not say whose request it is.
        (PROXY, "127.0.0.1", {}, 403),
        (PROXY, "127.0.0.1", {"X-Forwarded-For": ""}, 403),
        (PROXY, "127.0.0.1", {"X-Forwarded-For": " , "}, 403),
        (PROXY, "127.0.0.1", {"X-Forwarded-For": "unknown"}, 403),
        (PROXY, "127.0.0.1", {"X-Forwarded-For": '""'}, 403),
        (f"[server]\nproxies = 2\n{LOCAL}", "127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, 403),
        ('[metrics]\naddresses = ["192.0.2.0/24"]', "192.0.2.9", {}, 200),
        ('[metrics]\naddresses = ["192.0.2.0/24"]', "127.0.0.1", {}, 403),
        ("[metrics]\naddresses = []", "127.0.0.1", {}, 404),
    ],
)
def test_addresses_that_may_read_it(
    make_host: MakeHost, toml: str, peer: str, headers: dict[str, str], status: int
) -> None:
    running = make_host(toml, sign_in=False)
    client = running.client()
    client.environ_base["REMOTE_ADDR"] = peer
    response = client.get("/metrics", headers=headers)
    assert response.status_code == status
    assert ("cti_host_" in response.text) is (status == 200)


@pytest.mark.parametrize("proxies", [0, 1])
def test_a_token_lets_a_program_read_it_from_anywhere(
    make_host: MakeHost, tmp_path: Path, proxies: int
) -> None:
    token = "a-long-and-random-token"
    (tmp_path / "token").write_text(f"{token}\n")
    running = make_host(
        f"[server]\nproxies = {proxies}\n[metrics]\ntoken_file = '{tmp_path}/token'\n"
    )
    client = running.client()
    client.environ_base["REMOTE_ADDR"] = "192.0.2.1"
    for sent, status in (
        ({}, 403),
        ({"Authorization": "Bearer another"}, 403),
        ({"Authorization": "Basic YTpi"}, 403),
        ({"Authorization": f"Bearer {token}"}, 200),
    ):
        assert client.get("/metrics", headers=sent).status_code == status


@pytest.mark.parametrize(
    ("content", "message"), [(None, "can't be read"), ("short", "fewer than 16 characters")]
)
def test_a_token_that_cannot_be_read_or_is_short_is_refused(
    make_host: MakeHost, tmp_path: Path, content: str | None, message: str
) -> None:
    from cti_host.settings.problems import ConfigRefused

    if content is not None:
        (tmp_path / "token").write_text(content)
    with pytest.raises(ConfigRefused, match=message):
        make_host(f"[metrics]\ntoken_file = '{tmp_path}/token'\n")


def test_a_wrong_address_is_refused_with_what_to_write(make_host: MakeHost) -> None:
    from cti_host.settings.problems import ConfigRefused

    with pytest.raises(ConfigRefused, match=r"192\.0\.2\.0/24"):
        make_host('[metrics]\naddresses = ["everywhere"]\n')


def metrics_of(server: Serving) -> Samples:
    response = server.page("/metrics")
    assert response.status == 200
    return samples(response.body.decode())


def after_a_kill(server: Serving) -> Samples:
    """The same; connections that the process had not taken yet end with it."""
    try:
        return metrics_of(server)
    except OSError:
        return {}


def quick_pages(found: Samples) -> float:
    return value(found, "cti_host_request_seconds_count", route="/quick")


def test_all_processes_of_a_server_are_added_up_also_those_that_were_killed(
    tmp_path: Path,
) -> None:
    config = write_config(
        tmp_path,
        f"[server]\nworkers = 2\nthreads = 3\n{LOCAL}",
        plugins=["pages"],
        sources={"pages": PAGES},
        sign_in=False,
    )
    with serving_site(config) as server:
        processes: list[str] = []
        while len(set(processes)) < 2 and len(processes) < 2000:
            processes.append(server.page("/quick").body.decode().split()[-1])
            server.close()
        assert len(set(processes)) == 2
        pages = len(processes)
        assert until(lambda: quick_pages(metrics_of(server)) == pages)
        found = metrics_of(server)
        assert value(found, "cti_host_processes") == 2
        assert value(found, "cti_host_threads", lane="pages") == 6
        assert value(found, "cti_host_requests_waiting") == 0
        assert value(found, "cti_host_streams_open") == 0
        with server.busy("one"):
            assert until(
                lambda: value(metrics_of(server), "cti_host_threads_busy", lane="pages") >= 1
            )
        os.kill(int(processes[-1]), signal.SIGKILL)
        # Another one takes its place; what it counted stays counted, or rates would jump.
        assert until(lambda: value(after_a_kill(server), "cti_host_processes") == 2)
        assert until(lambda: quick_pages(after_a_kill(server)) == pages)


def test_what_a_process_counted_stays_as_long_as_others_of_its_start_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTI_HOST_RUN", "one")
    first, second = Metrics(), Metrics()
    killed, living = (Processes(tmp_path, Counters(), one) for one in (first, second))
    monkeypatch.setenv("CTI_HOST_RUN", "another")
    of_another_start = Processes(tmp_path, Counters(), Metrics())
    monkeypatch.delenv("CTI_HOST_RUN")
    for one in (killed, living, of_another_start):
        one.publish()
    for metrics, number in ((first, 3), (second, 4)):
        metrics.count_request("/pop", "GET", 200, 0.01)
        metrics.pops.labels("one").inc(number)

    def counted(process: Processes) -> float:
        body, _type = process.metrics().exposition("")
        return value(samples(body.decode()), "cti_host_pops_total", result="one")

    assert until(lambda: counted(living) == 7)
    assert killed._lock is not None
    killed._lock.close()
    for _ in range(3):  # it is kept once, whoever looks
        assert counted(of_another_start) == 0
        assert counted(living) == 7
    assert living._lock is not None
    living._lock.close()
    assert counted(of_another_start) == 0
    assert not [*tmp_path.glob("one*")]
