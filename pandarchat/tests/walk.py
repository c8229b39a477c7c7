"""Every route of the product, discovered, and what somebody from another organization may try there."""
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any
from uuid import uuid4

from django.db import connection
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from foundation.units import unit_of_work
from pandarchat import console
from pandarchat.tests.world import PASSWORD, Answer, File, Planted, Rows, tenant_tables
from tickets import lists

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")
API = "api/v1/"
OPEN = ("register", "login", "login/factor", "refresh", "session", "session/factor", "factor/enrolment", "password/reset",
        "password/reset/confirm", "email/confirm", "email/confirmation", "invitation", "invitation/accept")  # below auth/
ACCOUNT = ("forgotten", "reset", "confirm", "invitation")  # where mailed links lead
PUBLIC = {"api", "api/schema", "api/docs", "api/asyncapi.yaml", "api/socket", "healthz", "readyz", "metrics",
          *(f"{API}auth/{name}/" for name in OPEN), *(f"account/{name}/" for name in ACCOUNT)}
ADMIN = "admin/"  # browser sessions only: walked in accounts/tests
REFUSALS = {400, 401, 403, 404, 405, 409, 410}
UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Try:
    """One request: `rows` are whose objects stand in the path, by parameter name."""

    rows: Rows
    body: Any = None
    query: Mapping[str, Any] = field(default_factory=dict)


Tries = Callable[[Rows, Rows], list[Try]]


def nothing(theirs: Rows, mine: Rows) -> list[Try]:
    return [Try(theirs)]


def body(**given: Any) -> Tries:
    """Their object in the path and this in the body."""
    return lambda theirs, mine: [Try(theirs, given), Try(theirs, {})]


def lists_of_tickets(theirs: Rows, mine: Rows) -> list[Try]:
    cursor = lists._write("-updated_at", "2999-01-01T00:00:00+00:00", str(theirs.ticket.pk))
    queries: list[dict[str, Any]] = [
        {}, {"customer": theirs.tenant.customer.id}, {"assignee": theirs.agent.id}, {"category": theirs.category.slug}, {"tag": theirs.tag},
        {"cursor": cursor}, {"assignee": "none"}, {"assignee": "offline"}, {"status": "queued"}, {"organization": theirs.tenant.id},
        {"skill": theirs.skill.pk}, {"status": "open", "last": "true"}, {"ordering": "-last_entry_at", "last": "true"},
    ]
    return [Try(mine, query=query) for query in queries]


def new_tickets(theirs: Rows, mine: Rows) -> list[Try]:
    new = {"subject": "mine", "text": "mine"}
    stolen = [Try(mine, {**new, "attachments": [file.id]}) for file in (theirs.attachment, theirs.upload)]
    return [Try(mine, {**new, "category": theirs.category.slug}), Try(mine, {**new, "customer": theirs.tenant.customer.id}),
            Try(mine, {**new, "organization_id": theirs.tenant.id, "organization": theirs.tenant.organization.slug}), *stolen]


def ticket_changes(theirs: Rows, mine: Rows) -> list[Try]:
    seized = {"version": theirs.ticket.version, "subject": "seized", "priority": "urgent", "tags": ["seized"]}
    return [Try(theirs, seized), Try(theirs, {**seized, "category": mine.category.slug}),
            Try(mine, {"version": mine.ticket.version, "category": theirs.category.slug}), Try(theirs, {})]


def new_journeys(theirs: Rows, mine: Rows) -> list[Try]:
    return [Try(mine, {"name": "mine", "graph": {"x": str(theirs.journey.pk)}}),
            Try(mine, {"name": "mine", "organization": theirs.tenant.id}), Try(mine, {"startNode": "x", "nodes": {}}),
            Try(mine, {"name": ""})]


def reassignments(theirs: Rows, mine: Rows) -> list[Try]:
    return [Try(theirs, {"agent": mine.agent.id}), Try(mine, {"agent": theirs.agent.id}), Try(theirs, {"agent": theirs.tenant.teammate.id})]


HOURS = {"weekday": 0, "opens": "09:00", "closes": "17:00"}


def target(rows: Rows) -> dict[str, Any]:
    return {"clock": "resolution", "priority": "low", "seconds": 5, "calendar": rows.calendar.pk}


def policies(theirs: Rows, mine: Rows) -> list[Try]:
    return [Try(mine, {"name": "mine", "targets": [target(theirs)]}), Try(mine, {"name": "mine", "categories": [theirs.category.slug]}),
            Try(mine, {"name": "mine", "is_default": True, "organization": theirs.tenant.id})]


def registrations(theirs: Rows, mine: Rows) -> list[Try]:
    known = {"organization": theirs.tenant.organization.slug, "email": theirs.tenant.customer.email, "name": "seized"}
    return [Try(mine, {**known, "password": "another long password"})]


def logins(theirs: Rows, mine: Rows) -> list[Try]:
    return [Try(mine, {"organization": mine.tenant.organization.slug, "email": theirs.agent.email, "password": PASSWORD})]


def challenges(theirs: Rows, mine: Rows) -> list[Try]:
    return [Try(mine, {"challenge": challenge, "code": "123456"}) for challenge in (mine.challenge, "not.a.token")]


# What to send where; a route or method that is not here fails the walk. Path parameters are named in PARAMETERS.
PARAMETERS: dict[str, Callable[[Rows], Any]] = {
    "ticket": lambda rows: rows.ticket.pk, "message": lambda rows: rows.message.id, "agent": lambda rows: rows.agent.id,
    "customer": lambda rows: rows.tenant.customer.id,
    "journey": lambda rows: rows.journey.pk, "number": lambda rows: rows.journey.published_number, "run": lambda rows: rows.run.pk,
    "attachment": lambda rows: rows.attachment.id, "upload": lambda rows: rows.upload.id,
    "session": lambda rows: rows.session.id, "user": lambda rows: rows.agent.id, "invitation": lambda rows: rows.invitation.id,
    "policy": lambda rows: rows.policy.pk, "calendar": lambda rows: rows.calendar.pk,
    "role": lambda rows: rows.role.pk, "skill": lambda rows: rows.skill.pk,
}
TABLE: dict[tuple[str, str], Tries] = {
    ("POST", "auth/register/"): registrations,
    ("POST", "auth/login/"): logins,
    ("POST", "auth/refresh/"): body(refresh="not.a.token"),
    ("POST", "auth/logout/"): body(everywhere=False, user=str(uuid4())),
    ("POST", "auth/session/"): logins,
    ("DELETE", "auth/session/"): nothing,
    ("POST", "auth/login/factor/"): challenges,
    ("POST", "auth/session/factor/"): challenges,
    ("GET", "auth/factor/"): nothing,
    ("POST", "auth/factor/"): body(password=PASSWORD),
    ("POST", "auth/factor/confirm/"): body(code="123456"),
    ("POST", "auth/factor/disable/"): body(password=PASSWORD, code="123456"),
    ("POST", "auth/factor/recovery-codes/"): body(password=PASSWORD, code="123456"),
    ("POST", "auth/factor/enrolment/"): body(challenge="not.a.token"),
    ("DELETE", "users/<uuid:user>/factor/"): nothing,
    ("PATCH", "auth/me/"): body(name="mine", id=str(uuid4())),
    ("GET", "users/"): lambda theirs, mine: [
        Try(mine), Try(mine, query={"q": theirs.tenant.canary}), Try(mine, query={"role": f"own-{theirs.tenant.canary}"}),
        Try(mine, query={"organization": theirs.tenant.id})],
    ("GET", "users/<uuid:user>/"): nothing,
    ("PATCH", "users/<uuid:user>/"): lambda theirs, mine: [
        Try(theirs, {"name": "seized", "role": "admin", "active": False}), Try(theirs, {}),
        Try(mine, {"role": f"own-{theirs.tenant.canary}"})],
    ("DELETE", "users/<uuid:user>/sessions/"): nothing,
    ("GET", "roles/"): nothing,
    ("POST", "roles/"): lambda theirs, mine: [
        Try(mine, {"name": "mine", "permissions": ["chat.send_message"]}), Try(mine, {"name": "mine", "organization": theirs.tenant.id})],
    ("GET", "roles/<uuid:role>/"): nothing,
    ("PATCH", "roles/<uuid:role>/"): body(name="seized", permissions=[]),
    ("DELETE", "roles/<uuid:role>/"): nothing,
    ("GET", "permissions/"): nothing,
    ("GET", "organization/"): nothing,
    ("PATCH", "organization/"): lambda theirs, mine: [  # its own name stays, which the platform shows
        Try(mine, {"name": mine.tenant.organization.name, "id": theirs.tenant.id, "slug": theirs.tenant.organization.slug,
                   "organization": theirs.tenant.id})],
    ("GET", "auth/sessions/"): nothing,
    ("DELETE", "auth/sessions/"): nothing,
    ("DELETE", "auth/sessions/<uuid:session>/"): nothing,
    ("POST", "auth/password/reset/"): lambda theirs, mine: [
        Try(mine, {"organization": mine.tenant.organization.slug, "email": theirs.tenant.customer.email})],
    ("POST", "auth/password/reset/confirm/"): lambda theirs, mine: [
        Try(mine, {"token": token, "password": "another long password"}) for token in (mine.invitation_token, "not a token")],
    ("POST", "auth/password/"): body(password="not mine", new_password="another long password"),
    ("POST", "auth/email/"): body(password=PASSWORD, email="seized@example.com"),
    ("POST", "auth/email/confirm/"): lambda theirs, mine: [Try(mine, {"token": mine.invitation_token})],
    ("POST", "auth/email/confirmation/"): lambda theirs, mine: [
        Try(mine, {"organization": mine.tenant.organization.slug, "email": theirs.tenant.customer.email})],
    ("POST", "auth/invitation/"): body(token="not a token"),
    ("POST", "auth/invitation/accept/"): body(token="not a token", name="seized", password="another long password"),
    ("GET", "invitations/"): nothing,
    ("POST", "invitations/"): lambda theirs, mine: [
        Try(mine, {"email": "new@example.com", "role": "agent"}),
        Try(mine, {"email": "another@example.com", "role": f"own-{theirs.tenant.canary}"})],
    ("DELETE", "invitations/<uuid:invitation>/"): nothing,
    ("POST", "invitations/<uuid:invitation>/resend/"): nothing,
    ("GET", "auth/me/"): nothing,
    ("POST", "auth/socket-ticket/"): nothing,
    ("GET", "tickets/"): lists_of_tickets,
    ("POST", "tickets/"): new_tickets,
    ("GET", "tickets/counts/"): nothing,
    ("GET", "tickets/<uuid:ticket>/"): nothing,
    ("PATCH", "tickets/<uuid:ticket>/"): ticket_changes,
    ("POST", "tickets/<uuid:ticket>/take/"): body(version=2),
    ("POST", "tickets/<uuid:ticket>/release/"): body(version=2),
    ("POST", "tickets/<uuid:ticket>/transfer/"): lambda theirs, mine: [
        Try(theirs, {"skill": mine.skill.pk}), Try(theirs, {"skill": None}), Try(mine, {"skill": theirs.skill.pk}),
        Try(theirs, {"skill": theirs.skill.pk, "note": "seized"}), Try(theirs, {})],
    ("POST", "tickets/<uuid:ticket>/reassign/"): reassignments,
    ("POST", "tickets/<uuid:ticket>/status/"): body(status="resolved"),
    ("GET", "tickets/<uuid:ticket>/entries/"): lambda theirs, mine: [
        Try(theirs), Try(theirs, query={"after": 0}), Try(theirs, query={"before": 9})],
    ("GET", "tickets/<uuid:ticket>/history/"): lambda theirs, mine: [Try(theirs), Try(theirs, query={"before": 9})],
    ("POST", "tickets/<uuid:ticket>/messages/"): lambda theirs, mine: [
        Try(theirs, {"client_id": uuid4(), "text": "seized"}), Try(theirs, {"client_id": uuid4(), "text": "seized", "internal": True}),
        Try(mine, {"client_id": theirs.message.client_id, "text": "mine"}),
        *(Try(mine, {"client_id": uuid4(), "text": "mine", "attachments": [file.id]}) for file in (theirs.attachment, theirs.upload))],
    ("POST", "tickets/<uuid:ticket>/read/"): body(seq=9),
    ("GET", "tickets/<uuid:ticket>/draft/"): nothing,
    ("PUT", "tickets/<uuid:ticket>/draft/"): lambda theirs, mine: [
        Try(theirs, {"text": "seized"}), Try(theirs, {"text": "seized", "internal": True}), Try(theirs, {"text": ""}), Try(theirs, {})],
    ("DELETE", "tickets/<uuid:ticket>/draft/"): lambda theirs, mine: [Try(theirs), Try(theirs, query={"internal": "true"})],
    ("GET", "drafts/"): nothing,
    ("GET", "limits/"): nothing,
    ("GET", "messages/<uuid:message>/"): nothing,
    ("PATCH", "messages/<uuid:message>/"): body(text="seized"),
    ("DELETE", "messages/<uuid:message>/"): nothing,
    ("POST", "upload/"): lambda theirs, mine: [
        Try(mine, File(b"GIF89a", "mine")), Try(mine, File(b"%PDF-1.4\nstartxref\n9\n%%EOF", "mine"))],
    ("DELETE", "upload/<uuid:upload>/"): nothing,
    ("GET", "attachments/<uuid:attachment>/"): nothing,
    ("GET", "attachments/<uuid:attachment>/thumbnail/"): nothing,
    ("GET", "queue/"): lambda theirs, mine: [Try(mine), Try(mine, query={"page": 2}), Try(mine, query={"organization": theirs.tenant.id})],
    ("GET", "sla/policies/"): nothing,
    ("POST", "sla/policies/"): policies,
    ("GET", "sla/policies/<uuid:policy>/"): nothing,
    ("PATCH", "sla/policies/<uuid:policy>/"): lambda theirs, mine: [
        Try(theirs, {"name": "seized", "targets": []}), Try(theirs, {}), Try(mine, {"categories": [theirs.category.slug]}),
        Try(mine, {"targets": [target(theirs)]})],
    ("DELETE", "sla/policies/<uuid:policy>/"): nothing,
    ("GET", "sla/calendars/"): nothing,
    ("POST", "sla/calendars/"): lambda theirs, mine: [
        Try(mine, {"name": "mine", "time_zone": "UTC", "hours": [HOURS]}),
        Try(mine, {"name": "mine", "time_zone": "UTC", "hours": [HOURS], "organization": theirs.tenant.id})],
    ("GET", "sla/calendars/<uuid:calendar>/"): nothing,
    ("PATCH", "sla/calendars/<uuid:calendar>/"): body(name="seized", hours=[HOURS]),
    ("DELETE", "sla/calendars/<uuid:calendar>/"): nothing,
    ("GET", "sla/preview/"): lambda theirs, mine: [
        Try(mine, query={"policy": theirs.policy.pk}), Try(mine, query={"category": theirs.category.slug}), Try(mine)],
    ("POST", "sla/preview/"): lambda theirs, mine: [Try(mine, {"targets": [target(theirs)]}), Try(mine, {"targets": [target(mine)]})],
    ("GET", "queue/settings/"): nothing,
    ("PATCH", "queue/settings/"): lambda theirs, mine: [
        Try(mine, {"number_prefix": "MINE"}), Try(mine, {"number_prefix": "MINE", "organization": theirs.tenant.id})],
    ("GET", "categories/"): nothing,
    ("GET", "skills/"): nothing,
    ("POST", "skills/"): lambda theirs, mine: [Try(mine, {"name": "mine"}), Try(mine, {"name": "stolen", "agents": [theirs.agent.id]})],
    ("GET", "skills/<uuid:skill>/"): nothing,
    ("PATCH", "skills/<uuid:skill>/"): lambda theirs, mine: [
        Try(theirs, {"name": "seized", "agents": []}), Try(theirs, {}), Try(mine, {"agents": [theirs.agent.id]})],
    ("DELETE", "skills/<uuid:skill>/"): nothing,
    ("GET", "customers/<uuid:customer>/"): nothing,
    ("GET", "tags/"): lambda theirs, mine: [Try(mine), Try(mine, query={"search": theirs.tag[:3]})],
    ("GET", "agents/"): nothing,
    ("GET", "agents/me/"): nothing,
    ("GET", "agents/me/tickets/"): nothing,
    ("PATCH", "agents/me/"): body(availability="busy"),
    ("PATCH", "agents/<uuid:agent>/"): lambda theirs, mine: [
        Try(theirs, {"availability": "offline", "capacity": 0}), Try(theirs, {"skills": [], "shifts": []}), Try(theirs, {}),
        Try(mine, {"skills": [theirs.skill.pk]})],
    ("GET", "analytics/overview/"): nothing,
    ("GET", "journeys/"): lambda theirs, mine: [Try(mine), Try(mine, query={"language": "en"}),
                                                Try(mine, query={"organization": theirs.tenant.id})],
    ("POST", "journeys/"): new_journeys,
    ("GET", "journeys/schema/"): nothing,
    ("POST", "journeys/validate/"): lambda theirs, mine: [Try(mine, {"graph": {"startNode": "x", "nodes": {}}}), Try(mine, {})],
    ("POST", "journeys/preview/"): lambda theirs, mine: [
        Try(mine, {"graph": {"startNode": "x", "nodes": {}}, "steps": [{"node": "x", "value": 1}]}), Try(mine, {})],
    ("POST", "journeys/import/"): new_journeys,
    ("GET", "journeys/<uuid:journey>/"): nothing,
    ("PATCH", "journeys/<uuid:journey>/"): body(version=2, name="seized", position=9),
    ("DELETE", "journeys/<uuid:journey>/"): nothing,
    ("POST", "journeys/<uuid:journey>/validate/"): nothing,
    ("POST", "journeys/<uuid:journey>/publish/"): body(version=2),
    ("POST", "journeys/<uuid:journey>/archive/"): lambda theirs, mine: [Try(theirs, {"version": 1}), Try(theirs)],
    ("POST", "journeys/<uuid:journey>/restore/"): lambda theirs, mine: [Try(theirs, {"version": 1}), Try(theirs)],
    ("GET", "journeys/<uuid:journey>/export/"): nothing,
    ("GET", "journeys/<uuid:journey>/diff/"): lambda theirs, mine: [Try(theirs), Try(theirs, query={"before": 1, "after": 1})],
    ("GET", "journeys/<uuid:journey>/figures/"): lambda theirs, mine: [Try(theirs), Try(theirs, query={"number": 1})],
    ("GET", "journeys/<uuid:journey>/versions/"): nothing,
    ("GET", "journeys/<uuid:journey>/versions/<int:number>/"): nothing,
    ("POST", "journeys/<uuid:journey>/versions/<int:number>/restore/"): body(version=2),
    ("GET", "journeys/<uuid:journey>/runs/"): nothing,
    ("POST", "journeys/<uuid:journey>/runs/"): nothing,
    ("GET", "runs/"): nothing,
    ("GET", "runs/<uuid:run>/"): nothing,
    ("POST", "runs/<uuid:run>/check/"): body(node="ask", value="seized"),
    ("POST", "runs/<uuid:run>/answers/"): body(node="ask", value="seized"),
    ("POST", "runs/<uuid:run>/back/"): nothing,
    ("GET", "tickets/<uuid:ticket>/answers/"): nothing,
}


@dataclass(frozen=True)
class Route:
    path: str  # as the resolver has it: tickets/<uuid:ticket>/
    methods: tuple[str, ...]  # that the view answers

    @property
    def parameters(self) -> list[str]:
        return re.findall(r"<\w+:(\w+)>", self.path)

    def address(self, rows: Rows) -> str:
        filled = re.sub(r"<\w+:(\w+)>", lambda match: str(PARAMETERS[match[1]](rows)), self.path)
        return f"/{filled}"


def last(route: Route) -> bool:
    """Whether it ends the caller's session, so that it comes after the others."""
    return "logout" in route.path or route.path.endswith("auth/session/")


@cache
def routes() -> list[Route]:
    """Every address that the resolver knows, but admin's, the API's catch-all and the console's one file."""
    found = [route for route in _collect(get_resolver(), "") if not route.path.startswith(ADMIN)]
    return [route for route in found if route.path not in ("^api/", console.ADDRESSES)]


def _collect(resolver: Any, before: str) -> Iterator[Route]:
    for pattern in resolver.url_patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _collect(pattern, path)
        elif isinstance(pattern, URLPattern):
            view = getattr(pattern.callback, "view_class", None)
            methods = [name for name in METHODS if view and hasattr(view, name.lower()) and name not in ("HEAD", "OPTIONS")]
            yield Route(path, tuple(methods or ["GET"]))


def missing() -> list[str]:
    """What the table has no example for."""
    unknown = [f"{route.path}: {name}" for route in routes() for name in route.parameters if name not in PARAMETERS]
    return unknown + [f"{method} {route.path}" for route in routes() if route.path.startswith(API) for method in route.methods
                      if (method, route.path.removeprefix(API)) not in TABLE]


def tries(route: Route, method: str, theirs: Rows, mine: Rows) -> list[Try]:
    """The examples, or, for a method that the view does not answer, one request with everything that might be taken for an answer."""
    return TABLE.get((method, route.path.removeprefix(API)), nothing)(theirs, mine)


class Leak(AssertionError):
    """Somebody saw what belongs to another organization."""


@dataclass
class Walker:
    """Somebody of one organization among the routes, trying for the other's rows."""

    planted: Planted
    person: User | None
    theirs: Rows
    mine: Rows
    answered_only: bool = False  # without the methods that a view refuses before it looks at anything

    @cached_property
    def secrets(self) -> set[str]:
        """Once, as nothing of theirs may change meanwhile."""
        return ids_of(self.theirs)

    def walk(self, route: Route) -> list[Answer]:
        api = self.planted.world.api(self.person)
        methods = route.methods if self.answered_only else METHODS
        attempts = [(method, attempt) for method in methods for attempt in tries(route, method, self.theirs, self.mine)]
        return [self.visit(api, route, method, attempt, self.secrets) for method, attempt in attempts]

    def visit(self, api: Any, route: Route, method: str, attempt: Try, secrets: set[str]) -> Answer:
        address = route.address(attempt.rows)
        answer: Answer = api.call(method, address, body=attempt.body, query=attempt.query)
        sent = set(UUID_TEXT.findall(json.dumps([address, attempt.body, dict(attempt.query)], default=str)))
        where = f"{method} {address} {attempt.body or attempt.query} as {self.person} answered {answer.status}: {answer.text[:300]}"
        foreign = attempt.rows is self.theirs and bool(route.parameters) and method != "OPTIONS"
        self.check(answer, where, secrets - sent, foreign)
        return answer

    def check(self, answer: Answer, where: str, secrets: set[str], foreign: bool) -> None:
        """Raises Leak for anything of the other organization in the answer, or any success with a foreign object in the path."""
        if self.theirs.tenant.canary in answer.text + str(answer.headers):
            raise Leak(f"the canary: {where}")
        if known := set(UUID_TEXT.findall(answer.text)) & secrets:
            raise Leak(f"the keys {known}: {where}")
        if foreign and answer.status < 400:
            raise Leak(f"a foreign object was reached: {where}")
        assert answer.status < 300 or answer.status in REFUSALS, where


def ids_of(rows: Rows) -> set[str]:
    """Every key that an organization's rows hold, its own apart."""
    with unit_of_work(rows.tenant.id), connection.cursor() as cursor:
        found: set[str] = set()
        for table in tenant_tables():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found |= {key for (text,) in cursor.fetchall() for key in UUID_TEXT.findall(text)}
    return found - {str(rows.tenant.id)}


CONDITION = re.compile(r"""((?:"?\w+"?\.)?"?(?:organization_id|customer_id)"? = (?:%s|%\(\w+\)s(?:::\w+)?|"?\w+"?\."?organization_id"?))""")


class Stripper:
    """Takes the conditions about organization and customer out of every statement, the ORM's and our own alike."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        return execute(self.strip(sql) if isinstance(sql, str) else sql, params, many, context)

    def strip(self, sql: str) -> str:
        """Only behind WHERE: what SET assigns stays."""
        head, where, tail = sql.partition("WHERE")
        stripped, times = CONDITION.subn(r"(\1 OR true)", tail)
        self.taken += times
        return head + where + stripped


@contextmanager
def without_filters() -> Iterator[Stripper]:
    """Row-level security has to hold alone."""
    stripper = Stripper()
    with connection.execute_wrapper(stripper):
        yield stripper
