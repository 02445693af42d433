"""An iTop with any number of persons, made as they are asked for: `python -m … PERSONS` serves.

It understands `SELECT Person WHERE id > A AND id <= B`, and prints its port.
"""

from __future__ import annotations

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

PERSONS_PER_ORGANIZATION = 50
_WINDOW = re.compile(r"SELECT (\w+) WHERE id > ([0-9]+)(?: AND id <= ([0-9]+))?")


def number_of(person: int) -> str:
    """The mobile number of a person, in E.164."""
    return f"+336{person:08d}"


def _person(i: int, organizations: int) -> dict[str, str]:
    org = 1 + (i - 1) % organizations
    mobile = f"{i:08d}"
    return {
        "friendlyname": f"First{i} Name{i}",
        "first_name": f"First{i}",
        "name": f"Name{i}",
        "email": f"p{i}@example.org",
        "phone": f"01 {i // 10**6 % 100:02} {i // 10**4 % 100:02} {i // 100 % 100:02} {i % 100:02}",
        "mobile_phone": f"06.{mobile[:2]}.{mobile[2:4]}.{mobile[4:6]}.{mobile[6:]}",
        "org_id": str(org),
        "org_name": f"Organization {org}",
        "status": "active",
    }


def _organization(i: int, _organizations: int) -> dict[str, str]:
    return {"name": f"Organization {i}", "code": "", "status": "active", "parent_id": "0"}


def answer(request: dict[str, str], persons: int) -> dict[str, object]:
    """The reply to `core/get`."""
    found = _WINDOW.fullmatch(request["key"])
    assert found, request
    organizations = max(1, persons // PERSONS_PER_ORGANIZATION)
    sizes = {"Person": (persons, _person), "Organization": (organizations, _organization)}
    size, make = sizes[found[1]]
    after, upto = int(found[2]), min(int(found[3] or size), size)
    last = min(upto, after + int(request.get("limit", 0) or size))
    if request["output_fields"] == "id":
        last = after
    objects = {
        f"{found[1]}::{i}": {
            "code": 0,
            "message": "",
            "class": found[1],
            "key": str(i),
            "fields": make(i, organizations),
        }
        for i in range(after + 1, last + 1)
    }
    return {"code": 0, "message": f"Found: {max(0, upto - after)}", "objects": objects or None}


def main() -> None:
    """Serve until the process is ended."""
    persons = int(sys.argv[1])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
            body = json.dumps(answer(json.loads(form["json_data"][0]), persons)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
