"""Whatever is asked by the schema, and much that is not, gets an answer that the schema promises: generated requests to every operation of
a running server, as each role and as nobody. No 5xx, and no status, type, header or body that `openapi.yaml` does not know.

`PANDAR_EXAMPLES=200 make test PYTEST_ARGS="-k contract"` asks that much of each operation, and something else every time.
"""
import copy
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import yaml
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, checks, openapi
from schemathesis.core.failures import Failure, FailureGroup

from accounts.models import User
from pandarchat.environment import ROOT
from pandarchat.testing.services import Server
from pandarchat.tests import walk
from pandarchat.tests.world import PASSWORD, Planted, Rows, World, new_token, plant, tenant

EXAMPLES = int(os.environ.get("PANDAR_EXAMPLES", "0"))
USUAL = 5  # examples of each operation, the same in every run
ORDER = ("get", "post", "put", "patch", "delete")  # what removes a row comes after what needs it
CHECKS = [checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
          checks.response_headers_conformance, checks.response_schema_conformance]
GRAPH = {"startNode": "end", "nodes": {"end": {"id": "end", "type": "end", "action": "none", "message": "Thank you."}}}
Operation = Any  # of schemathesis; its four type parameters say nothing here

# What stands in most generated bodies under these names, as a request with made-up keys meets nothing.
NAMED: dict[str, Callable[[Rows], Any]] = {
    "organization": lambda rows: rows.tenant.organization.slug, "email": lambda rows: rows.tenant.customer.email,
    "password": lambda rows: PASSWORD, "agent": lambda rows: str(rows.agent.id), "customer": lambda rows: str(rows.tenant.customer.id),
    "category": lambda rows: rows.category.slug, "categories": lambda rows: [rows.category.slug],
    "attachments": lambda rows: [str(rows.upload.id)], "file": lambda rows: b"%PDF-1.4\nstartxref\n9\n%%EOF",
    "calendar": lambda rows: str(rows.calendar.pk), "graph": lambda rows: GRAPH, "node": lambda rows: "ask",
}


def operations(described: dict[str, Any]) -> list[Operation]:
    """Those of a description, the ones that end the caller's session last."""
    loaded: Iterator[Any] = openapi.from_dict(described).get_all_operations()
    found: list[Operation] = [result.ok() for result in loaded]
    return sorted(found, key=lambda operation: ("/auth/" in operation.path, ORDER.index(operation.method)))


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "openapi.yaml").read_text())
    return loaded


@dataclass
class Caller:
    """Somebody who asks for everything and keeps what was not answered as described."""

    world: World
    rows: Rows
    person: User | None
    url: str
    broken: dict[str, str] = field(default_factory=dict)  # by operation, its first failure
    answered: dict[str, Counter[int]] = field(default_factory=dict)

    def ask(self, operation: Operation, case: Case, line: requests.Session, real_path: bool, made_up: set[str]) -> None:
        as_made = copy.deepcopy((case.path_parameters, case.body))
        self.name_rows(case, real_path, made_up)
        wrong = self.still_wrong(case, as_made)
        headers = self.headers(operation)
        response = case.call(base_url=self.url, session=line, headers=headers)
        refusal = [checks.negative_data_rejection] if wrong and response.status_code < 400 else []  # 410 is one that it does not know
        self.answered.setdefault(operation.label, Counter())[response.status_code] += 1
        try:
            case.validate_response(response, checks=[*CHECKS, *refusal], headers=headers)
        except (Failure, FailureGroup) as failure:
            self.broken.setdefault(operation.label, str(failure))

    @staticmethod
    def still_wrong(case: Case, as_made: tuple[Any, Any]) -> bool:
        """Whether what was generated to be refused still must be; a file is judged by its content, of which the schema says nothing."""
        return as_made == (case.path_parameters, case.body) and case.media_type != "multipart/form-data"

    def name_rows(self, case: Case, real_path: bool, made_up: set[str]) -> None:
        """Put what is there into a generated request."""
        if real_path and case.path_parameters:
            case.path_parameters = {name: str(walk.PARAMETERS[name](self.rows)) for name in case.path_parameters}
        if isinstance(case.body, dict):
            case.body = {name: NAMED[name](self.rows) if name in NAMED and name not in made_up else value
                         for name, value in case.body.items()}
            held = self.rows.journey if "{journey}" in case.path else self.rows.ticket
            if "version" in case.body and real_path:
                case.body["version"] = getattr(self.rows.tenant.fresh(held), "version", 1)

    def headers(self, operation: Operation) -> dict[str, str]:
        if self.person is None:
            return {}
        ends = "/auth/" in operation.path
        token = new_token(self.rows.tenant, self.person) if ends else self.world.token(self.person)
        return {"Authorization": f"Bearer {token}"}

    @property
    def well_answered(self) -> int:
        """How many operations were answered with success at least once."""
        return sum(any(status < 300 for status in answered) for answered in self.answered.values())


def ask_everything(described: dict[str, Any], callers: Sequence[Caller]) -> None:
    """Every caller asks for the same; to generate it costs more than to ask."""
    for operation in operations(described):
        with ExitStack() as stack:
            ask(operation, [(caller, stack.enter_context(requests.Session())) for caller in callers])


def ask(operation: Operation, callers: Sequence[tuple[Caller, requests.Session]]) -> None:
    @settings(max_examples=EXAMPLES or USUAL, derandomize=not EXAMPLES, database=None, deadline=None, phases=(Phase.generate,),
              suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy(GenerationMode.POSITIVE) | operation.as_strategy(GenerationMode.NEGATIVE),
           real_path=st.sampled_from((True, True, False)), made_up=st.sets(st.sampled_from(sorted(NAMED)), max_size=3))
    def ask_once(case: Case, real_path: bool, made_up: set[str]) -> None:
        for caller, line in callers:
            caller.ask(operation, again(case), line, real_path, made_up)

    ask_once()


def again(case: Case) -> Case:
    """The same request, for somebody else to change and send."""
    own: dict[str, Any] = {name: copy.deepcopy(getattr(case, name)) for name in (
        "path_parameters", "headers", "cookies", "query", "body", "multipart_content_types", "meta")}
    return Case(case.operation, case.method, case.path, media_type=case.media_type, **own)


ROLES: tuple[str | None, ...] = ("customer", "agent", "manager", "admin", None)
# Operations by the first part of their path below /api/v1/, as one test each; the last has what no other names.
AREAS = {
    "signing in": {"auth"},
    "conversations": {"attachments", "drafts", "messages", "tickets", "upload"},
    "journeys": {"journeys", "runs"},
    "promises": {"agents", "queue", "skills", "sla"},
    "the rest": set[str](),
}
# So many of them must have been answered with success, by role, or the requests name nothing that is there.
WELL = {
    "signing in": (12, 12, 12, 12, 2),
    "conversations": (14, 15, 15, 15, 0),
    "journeys": (6, 12, 13, 19, 0),
    "promises": (0, 6, 11, 18, 0),
    "the rest": (1, 4, 11, 18, 0),
}


def area_of(path: str) -> str:
    part = path.split("/")[3]
    return next((area for area, parts in AREAS.items() if part in parts), "the rest")


@pytest.fixture
def everybody(world: World, server: Server, password_hash: str) -> list[Caller]:
    """One of each role, and nobody: each in an organization of its own, as what one of them removes the others still name."""
    callers: list[Caller] = []
    for role in ROLES:
        home = World(tenant(f"of-{role}".lower(), f"contract-{role}".lower(), password_hash), world.acme)
        callers.append(Caller(home, plant(home, home.pandar), getattr(home, role) if role else None, server.url))
    return callers


@pytest.mark.parametrize("area", AREAS)
def test_every_answer_is_one_that_is_described(everybody: list[Caller], described: dict[str, Any], area: str) -> None:
    paths = {path: operations for path, operations in described["paths"].items() if area_of(path) == area}
    ask_everything({**described, "paths": paths}, everybody)
    for asking, role, well in zip(everybody, ROLES, WELL[area], strict=True):
        assert not asking.broken, f"as {role}: " + "\n\n".join(asking.broken.values())
        assert asking.well_answered >= well, (role, asking.answered)


PROMISES: dict[str, Callable[[dict[str, Any]], None]] = {
    "as it is": lambda responses: None,
    "another body": lambda responses: responses["200"]["content"]["application/json"]["schema"]["required"].append("never"),
    "another type": lambda responses: responses["200"].update(content={"text/csv": {"schema": {"type": "string"}}}),
    "another status": lambda responses: responses.update({"299": responses.pop("200"), "4XX": responses.pop("default")}),
}


@pytest.mark.parametrize("promise", PROMISES)
def test_what_is_not_so_is_found(planted: Planted, server: Server, described: dict[str, Any], promise: str) -> None:
    """The control: a description of one operation that is not true."""
    path = "/api/v1/tickets/{ticket}/"
    operation = copy.deepcopy(described["paths"][path]["get"])
    PROMISES[promise](operation["responses"])
    asking = Caller(planted.world, planted.of_pandar, planted.world.agent, server.url)
    ask_everything({**described, "paths": {path: {"get": operation}}}, [asking])
    assert bool(asking.broken) == (promise != "as it is"), asking.broken
