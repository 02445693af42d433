"""What each route gives to whom: a row for each, read by `test_every_route.py`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cti_tickets.rights.profiles import PROFILES

OUTSIDE = {"Portal power user", "Portal user", "REST Services User"}
EVERYBODY = frozenset(PROFILES)
INSIDE = EVERYBODY - OUTSIDE
ADMINISTRATOR = frozenset({"Administrator"})
ANSWERING = frozenset({"Administrator", "Service Desk Agent", "Support Agent"})
KEEPING = frozenset({"Administrator", "Configuration Manager"})
TICKETS = ANSWERING | {
    "Change Approver",
    "Change Implementor",
    "Change Supervisor",
    "Problem Manager",
}


@dataclass(frozen=True)
class Row:
    """What a request gets.

    :param ok: the status for those in `may`; all others who are signed in get 403
    :param foreign: the status for somebody of `may` who is limited to another organization; 0: `ok`
    :param nobody: the status for whoever is not signed in; 0: a redirect for GET, else 401
    :param untrusted: the status of a form without its token, for somebody of `may`
    :param own: whether it is about the agent's own account, and needs its session
    """

    method: str
    endpoint: str
    url: str
    ok: int
    may: frozenset[str] = INSIDE
    foreign: int = 0
    nobody: int = 0
    untrusted: int = 400
    own: bool = False
    data: Mapping[str, str] = field(default_factory=dict)


NUMBER = "phone=0987654321"
TABLE = [
    Row("GET", "cti_host.home", "/", 200),
    Row("GET", "cti_host.pop", f"/pop?{NUMBER}", 200),
    Row("GET", "cti_host.lookup", f"/lookup?{NUMBER}", 200),
    Row("GET", "cti_host.who", f"/find-caller?{NUMBER}&q=ada", 200),
    Row("POST", "cti_host.attach", f"/find-caller?{NUMBER}", 404),
    Row("GET", "cti_host.search", "/search?q=ada", 200),
    Row("GET", "cti_host.search_in", "/search/tickets?q=ada", 200),
    Row("GET", "cti_host.create", f"/create/UserRequest?{NUMBER}", 302, ANSWERING),
    Row("GET", "cti_host.create", f"/create/Person?{NUMBER}", 302, KEEPING),
    Row("GET", "cti_host.ticket", "/ticket/tickets/UserRequest/1", 302, foreign=404),
    Row("POST", "cti_host.place_call", "/ticket/tickets/UserRequest/1/call", 404),
    Row("POST", "cti_host.language", "/language", 400, EVERYBODY, nobody=400),
    Row("GET", "cti_host.timezone", "/timezone", 200),
    Row("POST", "cti_host.timezone", "/timezone", 400, data={"timezone": "Mars/Olympus"}),
    Row("POST", "cti_host.theme", "/theme", 400, EVERYBODY, nobody=400),
    Row("GET", "cti_host_health.plugins", "/plugins", 200, ADMINISTRATOR),
    Row("GET", "cti_host_health.health", "/health", 200, EVERYBODY, nobody=200),
    Row("GET", "cti_host_health.ready", "/health/ready", 200, EVERYBODY, nobody=200),
    Row("GET", "cti_host_health.live", "/health/live", 200, EVERYBODY, nobody=200),
    Row("GET", "cti_host_health.metrics", "/metrics", 404, EVERYBODY, nobody=404),
    Row("GET", "calls.static", "/calls/static/pop.js", 200, EVERYBODY, nobody=200),
    Row("GET", "calls.pop", "/calls/1/pop", 404),
    Row("POST", "calls.painted", "/calls/1/painted", 404),
    Row("GET", "calls.pops", "/calls/pops", 200),
    Row("GET", "calls.pop_choice", "/calls/pop", 200),
    Row("POST", "calls.choose_pop", "/calls/pop", 400),
    Row("GET", "calls.doctor", "/calls/doctor", 200, ADMINISTRATOR),
    Row("POST", "calls.simulate", "/calls/simulate", 400, ADMINISTRATOR, data={"scene": "none"}),
    Row("GET", "dialects.cti_do", "/cti.do", 400),
    Row("GET", "dialects.index_pl", "/index.pl", 404),
    Row("GET", "dialects.pages_exec_php", "/pages/exec.php", 404),
    Row("GET", "dialects.sd", "/sd", 400),
    Row("GET", "tickets.lists", "/objects/", 200),
    Row("GET", "tickets.list", "/objects/Person", 200),
    Row("GET", "tickets.list", "/objects/PhoneCall", 200),
    Row("GET", "tickets.list_views", "/objects/Person/views", 200),
    Row("POST", "tickets.list_views", "/objects/Person/views", 303),
    Row("GET", "tickets.save_view", "/objects/Person/views/new", 200),
    Row("POST", "tickets.save_view", "/objects/Person/views/new", 400),
    Row("GET", "tickets.change_view", "/objects/Person/views/4711", 404),
    Row("POST", "tickets.change_view", "/objects/Person/views/4711", 404),
    Row("GET", "tickets.export", "/objects/PhoneCall/export?format=csv", 200),
    Row("GET", "tickets.view", "/objects/Person/1", 200, foreign=404),
    Row("GET", "tickets.view", "/objects/Person/4711", 404),
    Row("GET", "tickets.view", "/objects/UserRequest/1", 200, foreign=404),
    Row("GET", "tickets.view", "/objects/PhoneCall/1", 200, foreign=404),
    Row("GET", "tickets.new", "/objects/new/Ticket", 200, TICKETS),
    Row("GET", "tickets.new", "/objects/new/Person", 200, KEEPING),
    Row("POST", "tickets.new", "/objects/new/Person", 400, KEEPING),
    Row("GET", "tickets.modify", "/objects/Person/1/modify", 200, KEEPING, foreign=404),
    Row("POST", "tickets.modify", "/objects/Person/1/modify", 400, KEEPING, foreign=404),
    Row("GET", "tickets.modify", "/objects/Person/4711/modify", 404, KEEPING),
    Row("GET", "tickets.modify", "/objects/PhoneCall/1/modify", 200, ANSWERING, foreign=404),
    Row("GET", "tickets.modify", "/objects/PhoneCall/4711/modify", 404, ANSWERING),
    Row("GET", "tickets.merge", "/objects/Person/1/merge", 200, KEEPING, foreign=404),
    Row("POST", "tickets.merge", "/objects/Person/1/merge", 400, KEEPING, foreign=404),
    Row("GET", "tickets.merge", "/objects/Person/4711/merge", 404, KEEPING),
    Row("POST", "tickets.undo_merge", "/objects/Person/1/undo-merge/4711", 303, KEEPING,
        foreign=404),
    Row("GET", "tickets.delete", "/objects/PhoneCall/1/delete", 200, ANSWERING, foreign=404),
    Row("POST", "tickets.delete", "/objects/PhoneCall/4711/delete", 404, ANSWERING),
    Row("GET", "tickets.delete", "/objects/UserRequest/1/delete", 200, ADMINISTRATOR, foreign=404),
    Row("GET", "tickets.bulk_modify", "/objects/PhoneCall/bulk-modify", 302, ANSWERING),
    Row("POST", "tickets.bulk_modify", "/objects/PhoneCall/bulk-modify", 303, ANSWERING),
    Row("GET", "tickets.bulk_delete", "/objects/PhoneCall/bulk-delete", 302, ADMINISTRATOR),
    Row("POST", "tickets.bulk_delete", "/objects/PhoneCall/bulk-delete", 303, ADMINISTRATOR),
    Row("GET", "tickets.transition", "/objects/UserRequest/1/stimulus/ev_assign", 200, ANSWERING,
        foreign=404),
    Row("POST", "tickets.transition", "/objects/UserRequest/1/stimulus/ev_assign", 400, ANSWERING,
        foreign=404),
    Row("POST", "tickets.reply", "/objects/UserRequest/1/reply", 400, ANSWERING, foreign=404),
    Row("GET", "tickets.attachment", "/objects/UserRequest/1/files/4711", 404),
    Row("POST", "tickets.detach", "/objects/UserRequest/1/files/4711/delete", 404, ANSWERING),
    Row("GET", "tickets.assign", "/objects/UserRequest/1/assign", 200, ANSWERING, foreign=404),
    Row("POST", "tickets.assign", "/objects/UserRequest/1/assign", 409, ANSWERING, foreign=404),
    Row("POST", "tickets.note_call", "/objects/UserRequest/1/note-call", 400, ANSWERING,
        foreign=404),
    Row("POST", "tickets.call", "/objects/Person/1/call/phone", 303, foreign=404),
    Row("GET", "tickets.own_person", "/objects/own-person", 302),
    Row("POST", "tickets.own_person", "/objects/own-person", 302),
    Row("GET", "tickets.directory", "/objects/directory", 200, ADMINISTRATOR),
    Row("GET", "tickets.changes", "/objects/changes", 200, ADMINISTRATOR, foreign=403),
    Row("GET", "tickets.access_journal", "/objects/access-journal", 200, ADMINISTRATOR,
        foreign=403),
    Row("GET", "tickets.api_description", "/api/v1/openapi.json", 200, nobody=401),
    Row("GET", "tickets.api_objects", "/api/v1/objects/Person", 200, nobody=401),
    Row("POST", "tickets.api_objects", "/api/v1/objects/Person", 415, KEEPING),
    Row("GET", "tickets.api_list_views", "/api/v1/objects/Person/views", 200, nobody=401),
    Row("GET", "tickets.api_suggestions", "/api/v1/objects/Person/suggestions?q=Ada", 200,
        nobody=401),
    Row("GET", "tickets.api_following", "/api/v1/objects/UserRequest/following?team_id=1", 200,
        nobody=401),
    Row("GET", "tickets.api_object", "/api/v1/objects/Person/1", 200, foreign=404, nobody=401),
    Row("PATCH", "tickets.api_object", "/api/v1/objects/Person/1", 428, KEEPING, foreign=404),
    Row("DELETE", "tickets.api_object", "/api/v1/objects/PhoneCall/4711", 404, ANSWERING),
    Row("GET", "tickets.api_search", "/api/v1/search?q=Ada", 200, nobody=401),
    Row("GET", "tickets.api_files", "/api/v1/objects/UserRequest/1/files", 200, foreign=404,
        nobody=401),
    Row("POST", "tickets.api_files", "/api/v1/objects/UserRequest/1/files", 415, ANSWERING,
        foreign=404),
    Row("GET", "tickets.api_file", "/api/v1/objects/UserRequest/1/files/4711", 404, nobody=401),
    Row("DELETE", "tickets.api_file", "/api/v1/objects/UserRequest/1/files/4711", 404, ANSWERING),
    Row("POST", "tickets.api_transition",
        "/api/v1/objects/UserRequest/1/transitions/ev_assign", 428, ANSWERING,
        foreign=404),
    Row("GET", "calls.calls", "/calls", 200),
    Row("GET", "calls.call", "/calls/4711", 404),
    Row("GET", "calls.panel", "/calls/4711/panel", 404),
    Row("POST", "calls.note", "/calls/4711/note", 404),
    Row("POST", "calls.find", "/calls/4711/find", 404),
    Row("POST", "calls.ticket", "/calls/4711/ticket", 404),
    Row("POST", "calls.person", "/calls/4711/person", 404),
    Row("POST", "calls.dial", "/calls/dial", 404),
    Row("GET", "calls.missed", "/calls/missed", 200),
    Row("POST", "calls.done", "/calls/missed", 303),
    Row("POST", "calls.claim", "/calls/missed/4711/claim", 404),
    Row("POST", "calls.release", "/calls/missed/4711/release", 303),
    Row("GET", "calls.phones", "/calls/phones", 200),
    Row("POST", "calls.add_phone", "/calls/phones", 403),
    Row("POST", "calls.remove_phone", "/calls/phones/remove", 403),
    Row("POST", "calls.add_queue", "/calls/queues", 400, ADMINISTRATOR),
    Row("POST", "calls.remove_queue", "/calls/queues/remove", 404, ADMINISTRATOR),
    Row("GET", "calls.journal", "/calls/journal", 200, ADMINISTRATOR),
    Row("GET", "live.events", "/events", 200),
    Row("GET", "live.events", "/events?topics=agent:somebody", 403),
    Row("GET", "live.poll", "/events/poll?after=0", 200),
    Row("GET", "live.static", "/events/static/live.js", 200, EVERYBODY, nobody=200),
    # Their own accounts, for all who are signed in.
    Row("GET", "accounts.account", "/account", 200, EVERYBODY, own=True),
    Row("GET", "accounts.password", "/password", 200, EVERYBODY, own=True),
    Row("POST", "accounts.password", "/password", 400, EVERYBODY, own=True),
    Row("GET", "accounts.second_factor", "/account/second-factor", 200, EVERYBODY, own=True),
    Row("POST", "accounts.set_up_second_factor", "/account/second-factor/set-up", 400, EVERYBODY,
        own=True),
    Row("POST", "accounts.new_recovery_codes", "/account/second-factor/codes", 302, EVERYBODY,
        own=True),
    Row("POST", "accounts.remove_second_factor", "/account/second-factor/remove", 400, EVERYBODY,
        own=True),
    Row("GET", "accounts.sessions", "/account/sessions", 200, EVERYBODY, own=True),
    Row("POST", "accounts.end_session", "/account/sessions/4711/end", 404, EVERYBODY, own=True),
    Row("POST", "accounts.end_all_sessions", "/account/sessions/end-all", 302, EVERYBODY,
        own=True),
    Row("GET", "accounts.tokens", "/account/tokens", 200, EVERYBODY, own=True),
    Row("POST", "accounts.new_token", "/account/tokens", 400, EVERYBODY, own=True),
    Row("POST", "accounts.revoke", "/account/tokens/4711/revoke", 404, EVERYBODY, own=True),
    # The ways in and out, for everybody.
    Row("GET", "accounts.sign_in", "/sign-in", 200, EVERYBODY, nobody=200),
    Row("POST", "accounts.check_sign_in", "/sign-in", 400, EVERYBODY, nobody=400),
    Row("GET", "accounts.code", "/sign-in/code", 302, EVERYBODY, nobody=302),
    Row("POST", "accounts.code", "/sign-in/code", 302, EVERYBODY, nobody=400),
    Row("GET", "accounts.first_set_up", "/sign-in/set-up", 302, EVERYBODY, nobody=302),
    Row("POST", "accounts.first_set_up", "/sign-in/set-up", 302, EVERYBODY, nobody=400),
    Row("POST", "accounts.sign_out", "/sign-out", 302, EVERYBODY),
    Row("GET", "proxy_auth.refused", "/proxy-sign-in", 401, EVERYBODY, nobody=401),
    Row("GET", "oidc.sign_in", "/oidc/sign-in", 200, EVERYBODY, nobody=200),
    Row("GET", "oidc.begin", "/oidc/begin", 503, EVERYBODY, nobody=503),
    Row("GET", "oidc.callback", "/oidc/callback?state=made-up&code=any", 400, EVERYBODY,
        nobody=400),
    Row("POST", "oidc.sign_out", "/oidc/sign-out", 302, EVERYBODY, nobody=400),
    Row("GET", "oidc.signed_out", "/oidc/signed-out", 200, EVERYBODY, nobody=200),
    Row("POST", "oidc.back_channel_logout", "/oidc/back-channel-logout", 503, EVERYBODY,
        nobody=503, untrusted=503),
    # Phone systems show a secret, whoever is signed in.
    Row("POST", "webhooks.receive", "/webhooks/made-up/secret", 401, EVERYBODY, nobody=401,
        untrusted=401),
    Row("GET", "webhooks.receive", "/webhooks/made-up/secret", 401, EVERYBODY, nobody=401),
    Row("GET", "static", "/static/cti.css", 200, EVERYBODY, nobody=200),
    Row("GET", "bootstrap.static", "/bootstrap/static/css/bootstrap.min.css", 200, EVERYBODY,
        nobody=200),
    # In front of an iTop, which can't be reached here.
    Row("GET", "cti_host.ticket", "/ticket/itop/UserRequest/1", 503, foreign=404),
    Row("GET", "itop.person", "/itop/Person/1", 503, foreign=404),
    Row("POST", "itop.number", "/itop/Person/1/number", 403),
    Row("POST", "itop.received", "/itop/UserRequest/1/received", 503, foreign=404),
]  # fmt: skip
