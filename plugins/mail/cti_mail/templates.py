"""The texts of mails: templates of the site, checked at the start."""

from __future__ import annotations

from collections.abc import Mapping

from cti_tickets.api_for_plugins import LogEntryAdded
from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, meta
from jinja2.sandbox import SandboxedEnvironment

from cti_host import Caller, Host, Ticket, did_you_mean
from cti_mail.settings import Config

NAMES = ("agent", "caller", "class", "log", "ref", "status", "text", "title")
_LONGEST_SUBJECT = 200


class Texts:
    """The two templates of a site.

    :param subject: of the subject
    :param body: of the text
    :raises TemplateError: one of them is broken
    """

    def __init__(self, subject: str, body: str) -> None:
        # A mail is plain text: there is nothing to escape.
        environment = SandboxedEnvironment(
            autoescape=False, undefined=StrictUndefined, keep_trailing_newline=True
        )
        self._subject = environment.from_string(subject)
        self._body = environment.from_string(body)

    def of(
        self, entry: LogEntryAdded, ticket: Ticket, caller: Caller, agent: str
    ) -> tuple[str, str]:
        """Subject and text of the mail about an entry.

        :raises TemplateError: a template fails with these values
        """
        values: Mapping[str, str] = {
            "agent": agent,
            "caller": caller.headline,
            "class": ticket.class_label or ticket.class_name,
            "log": entry.label,
            "ref": ticket.ref,
            "status": ticket.status_label or ticket.status,
            "text": entry.text,
            "title": ticket.title,
        }
        # A subject is one line, whatever a title holds.
        subject = " ".join(self._subject.render(values).split())[:_LONGEST_SUBJECT]
        return subject, self._body.render(values)


def read_texts(host: Host, config: Config) -> Texts | None:
    """Read and check the templates; mistakes are reported.

    :return: `None`: there are mistakes, and the host does not start
    """
    body, place = config.body, "body"
    if config.body_file:
        path, place = host.config.resolve(config.body_file), "body_file"
        try:
            body = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            remedy = "name a file with the text of mails, in UTF-8"
            host.problem(("plugin", "mail", place), f"{path} can't be read", remedy)
            return None
    good = [_is_good(host, "subject", config.subject), _is_good(host, place, body)]
    return Texts(config.subject, body) if all(good) else None


def _is_good(host: Host, key: str, template: str) -> bool:
    place = ("plugin", "mail", key)
    environment = SandboxedEnvironment()
    try:
        names = meta.find_undeclared_variables(environment.parse(template))
        environment.from_string(template)
    except TemplateSyntaxError as error:
        remedy = "write {{ ref }} for a value"
        host.problem(place, f"line {error.lineno} of the template: {error.message}", remedy)
        return False
    except TemplateError as error:
        host.problem(place, f"the template: {error.message}", "write {{ ref }} for a value")
        return False
    unknown = sorted(names.difference(NAMES))
    for name in unknown:
        remedy = did_you_mean(name, NAMES, f"there are {', '.join(NAMES)}")
        host.problem(place, f"nothing provides {name!r}", remedy)
    return not unknown
