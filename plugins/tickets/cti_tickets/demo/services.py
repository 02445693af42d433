"""The services of the demonstration."""

from __future__ import annotations

FAMILIES = {1: "Infrastructure", 2: "Workplace"}

# id: name, family, description
SERVICES = {
    1: ("Network", 1, "Cables, wireless and the way outside."),
    2: ("Telephony", 1, "Phones, numbers and lines."),
    3: ("Computers and printers", 2, "What stands on a desk."),
    4: ("Accounts and applications", 2, "What somebody may use, and whether it works."),
}

# id: name, service, kind of request
SUBCATEGORIES = {
    1: ("No connection", 1, "incident"),
    2: ("New connection", 1, "service_request"),
    3: ("Phone out of order", 2, "incident"),
    4: ("New phone or number", 2, "service_request"),
    5: ("Device out of order", 3, "incident"),
    6: ("New device", 3, "service_request"),
    7: ("Application out of order", 4, "incident"),
    8: ("New account or access", 4, "service_request"),
}
PROVIDER = 6


def subcategory(class_name: str, number: int) -> tuple[int, int]:
    """A service and a subcategory of it that suit a class of ticket; which, says the number."""
    kind = "service_request" if class_name == "UserRequest" else "incident"
    fitting = [id_ for id_, (_name, _service, of) in SUBCATEGORIES.items() if of == kind]
    found = fitting[number % len(fitting)]
    return SUBCATEGORIES[found][1], found
