"""Drafts, versions and what is offered: by the API, as those who may and those who may not."""
from typing import Any

import pytest

from accounts.models import AuditEntry
from foundation.units import unit_of_work
from journeys import queries
from journeys.actions import building
from journeys.api.building import accepted_languages
from journeys.graph.schema import SCHEMA
from journeys.models import Journey, Version
from journeys.tests.graphs import ask, end, example, graph
from journeys.tests.offering import SHORT, Customer, draft, offered, publish
from tickets.models import Category

pytestmark = pytest.mark.usefixtures("redis_url")
BROKEN = graph(ask("q", nextNode="gone", validation={"pattern": "("}), ask("p"), end())


def made(world: Any, **given: Any) -> Any:
    answer = world.api(world.admin).post("journeys/", {"name": "Help", **given})
    assert answer.status == 201, answer.text
    return answer.data


def audited(world: Any) -> list[str]:
    with unit_of_work(world.pandar.id):
        return list(AuditEntry.objects.filter(action__startswith="journey_").order_by("id").values_list("action", flat=True))


def test_from_a_draft_to_customers_and_back(world: Any) -> None:
    admin, customer = world.api(world.admin), world.api(world.customer)
    new = made(world, graph=SHORT, language="en", position=3)
    assert (new["state"], new["version"], new["published_number"], new["has_changes"], new["draft"]) == ("draft", 1, None, True, SHORT)
    assert customer.get("journeys/").data == []
    published = admin.post(f"journeys/{new['id']}/publish/", {"version": 1, "note": "First"})
    assert (published.status, published.data["number"], published.data["note"], published.data["is_current"]) == (201, 1, "First", True)
    assert published.data["published_by"] == {"id": str(world.admin.id), "name": world.admin.name}
    assert [(shown["id"], shown["state"]) for shown in customer.get("journeys/").data] == [(new["id"], "published")]
    assert admin.get(f"journeys/{new['id']}/").data["has_changes"] is False
    archived = admin.post(f"journeys/{new['id']}/archive/")
    assert (archived.data["state"], customer.get("journeys/").data) == ("archived", [])
    restored = admin.post(f"journeys/{new['id']}/restore/")
    assert (restored.data["state"], len(customer.get("journeys/").data)) == ("published", 1)
    again = admin.post(f"journeys/{new['id']}/restore/")
    assert (again.status, again.code) == (409, "move_refused")
    assert audited(world) == ["journey_created", "journey_published", "journey_archived", "journey_restored"]


def test_a_journey_without_a_graph_begins_with_one_that_can_be_built_on(world: Any) -> None:
    new = made(world)
    assert world.api(world.admin).post(f"journeys/{new['id']}/validate/").data == {"valid": True, "problems": []}


def test_an_older_version_is_refused_with_the_current_state(world: Any) -> None:
    admin, new = world.api(world.admin), made(world, graph=SHORT)
    changed = admin.patch(f"journeys/{new['id']}/", {"version": 1, "name": "Ask us", "graph": example()}).data
    assert (changed["version"], changed["name"], changed["draft"]) == (2, "Ask us", example())
    for answer in (admin.patch(f"journeys/{new['id']}/", {"version": 1, "name": "Late"}),
                   admin.post(f"journeys/{new['id']}/publish/", {"version": 1}),
                   admin.post(f"journeys/{new['id']}/archive/", {"version": 1})):
        assert (answer.status, answer.code, answer.body["current"]) == (409, "stale", changed)
    assert admin.get(f"journeys/{new['id']}/").data == changed


def test_what_is_published_stays_while_the_draft_changes(world: Any) -> None:
    journey = offered(world.pandar, SHORT)
    admin = world.api(world.admin)
    admin.patch(f"journeys/{journey.pk}/", {"version": journey.version, "graph": BROKEN})
    assert Customer(world, journey).first["node"]["id"] == "q"
    shown = admin.get(f"journeys/{journey.pk}/").data
    assert (shown["has_changes"], shown["published_number"], shown["draft"]) == (True, 1, BROKEN)


def test_all_problems_keep_it_from_being_published(world: Any) -> None:
    admin, new = world.api(world.admin), made(world, graph=BROKEN)
    answer = admin.post(f"journeys/{new['id']}/publish/", {"version": 1})
    assert (answer.status, answer.code) == (400, "invalid_journey")
    assert {(problem["node"], problem["code"]) for problem in answer.body["problems"]} >= {
        ("q", "unknown_target"), ("q", "bad_pattern"), ("p", "leads_nowhere"), ("p", "unreachable"), ("end", "unreachable")}
    assert set(answer.body["fields"]) == {"graph.nodes.q", "graph.nodes.p", "graph.nodes.end"}
    checked = admin.post(f"journeys/{new['id']}/validate/").data
    assert (checked["valid"], checked["problems"]) == (False, answer.body["problems"])
    assert admin.post("journeys/validate/", {"graph": BROKEN}).data == checked
    assert admin.get(f"journeys/{new['id']}/").data["state"] == "draft"


def test_a_category_that_is_not_there_is_only_a_warning(world: Any) -> None:
    with unit_of_work(world.pandar.id):
        Category.objects.create(organization_id=world.pandar.id, slug="orders", name="Orders")
    new = made(world, graph=example())
    checked = world.api(world.admin).post(f"journeys/{new['id']}/validate/").data
    assert [(problem["node"], problem["code"], problem["level"]) for problem in checked["problems"]] == [
        ("end-normal", "unknown_category", "warning")]
    assert checked["valid"] is True
    assert world.api(world.admin).post(f"journeys/{new['id']}/publish/", {"version": 1}).status == 201


def test_versions_their_difference_and_their_return(world: Any) -> None:
    admin = world.api(world.admin)
    journey = offered(world.pandar, SHORT)
    path = f"journeys/{journey.pk}"
    changed = {**SHORT, "nodes": {**SHORT["nodes"], "why": {**SHORT["nodes"]["why"], "question": "Why?"}}}
    admin.patch(f"{path}/", {"version": journey.version, "graph": changed})
    expected = {"start": None, "added": [], "removed": [], "changed": [
        {"node": "why", "members": [{"member": "question", "from": "why?", "to": "Why?"}]}]}
    assert admin.get(f"{path}/diff/").data == expected
    publish(world.pandar, journey)
    assert admin.get(f"{path}/diff/").data["changed"] == []
    assert admin.get(f"{path}/diff/", before=1, after=2).data == expected
    assert [(version["number"], version["is_current"]) for version in admin.get(f"{path}/versions/").data] == [(2, True), (1, False)]
    assert admin.get(f"{path}/versions/1/").data["graph"] == SHORT
    assert admin.get(f"{path}/versions/3/").status == 404
    returned = admin.post(f"{path}/versions/1/restore/", {"version": admin.get(f"{path}/").data["version"]}).data
    assert (returned["draft"], returned["published_number"], returned["has_changes"]) == (SHORT, 2, True)


def test_an_export_is_what_import_takes_also_elsewhere(world: Any) -> None:
    journey = offered(world.pandar, example(), language="pt-BR", audience="returning", description="Ask.")
    file = world.api(world.admin).get(f"journeys/{journey.pk}/export/").data
    taken = world.api(world.acme.admin).post("journeys/import/", file)
    assert (taken.status, taken.data["state"], taken.data["draft"]) == (201, "draft", example())
    assert list(taken.data["draft"]["nodes"]) == list(example()["nodes"]), "in the order of the file"
    assert world.api(world.acme.admin).get(f"journeys/{taken.data['id']}/export/").data == file


def test_a_file_of_the_format_is_imported_as_it_is(world: Any) -> None:
    taken = world.api(world.admin).post("journeys/import/", example())
    assert (taken.status, taken.data["draft"], taken.data["name"]) == (201, example(), "Imported journey")


@pytest.mark.parametrize("given", [
    {}, {"name": ""}, {"name": "x" * 201}, {"name": "a\nb"}, {"name": "x", "graph": []}, {"name": "x", "graph": {"x": "\0"}},
    {"name": "x", "audience": "nobody"}, {"name": "x", "language": "english please"}, {"name": "x", "position": "first"},
    {"name": "x", "graph": {"nodes": {f"n{number}": {} for number in range(501)}}}])
def test_malformed_settings_are_refused(world: Any, given: Any) -> None:
    answer = world.api(world.admin).post("journeys/", given)
    assert answer.status == 400
    assert answer.body["fields"]
    with unit_of_work(world.pandar.id):
        assert not Journey.objects.exists()


def test_a_graph_of_more_than_a_megabyte_is_refused(world: Any) -> None:
    answer = world.api(world.admin).post("journeys/", {"name": "x", "graph": {"x": "x" * 1_000_001}})
    assert (answer.status, answer.code) == (400, "too_large")


def test_an_organization_has_no_more_journeys_than_it_could_ever_offer(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "MOST_JOURNEYS", 1)
    new = made(world)
    for path, body in (("journeys/", {"name": "Help"}), ("journeys/import/", SHORT)):
        refused = world.api(world.admin).post(path, body)
        assert (refused.status, refused.code) == (409, "too_many")
    assert world.api(world.acme.admin).post("journeys/", {"name": "Help"}).status == 201, "another organization's are its own"
    assert world.api(world.admin).delete(f"journeys/{new['id']}/").status == 200
    made(world)


def test_versions_come_in_pages(world: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "VERSIONS", 2)
    journey = offered(world.pandar)
    for _ in range(2):
        publish(world.pandar, journey)
    pages = [world.api(world.admin).get(f"journeys/{journey.pk}/versions/{page}").body for page in ("", "?page=2", "?page=3")]
    assert [[version["number"] for version in page["data"]] for page in pages] == [[3, 2], [1], []]
    assert [(page["count"], page["page"], page["pages"]) for page in pages] == [(3, 1, 2), (3, 2, 2), (3, 3, 2)]


def test_only_a_draft_is_deleted(world: Any) -> None:
    admin, new = world.api(world.admin), made(world)
    assert admin.delete(f"journeys/{new['id']}/").data["id"] == new["id"]
    assert admin.get(f"journeys/{new['id']}/").status == 404
    journey = offered(world.pandar)
    answer = admin.delete(f"journeys/{journey.pk}/")
    assert (answer.status, answer.code) == (409, "published")


BUILDING = [("POST", "journeys/", {"name": "x"}), ("POST", "journeys/import/", {"name": "x"}), ("PATCH", "journeys/{}/", {"version": 2}),
            ("DELETE", "journeys/{}/", {}), ("POST", "journeys/{}/publish/", {"version": 2}), ("POST", "journeys/{}/archive/", {}),
            ("POST", "journeys/{}/restore/", {}), ("POST", "journeys/{}/versions/1/restore/", {"version": 2})]
READING: list[tuple[str, str, Any]] = [
    ("GET", "journeys/{}/", None), ("GET", "journeys/{}/export/", None), ("GET", "journeys/{}/diff/", None),
    ("GET", "journeys/{}/versions/", None), ("GET", "journeys/{}/versions/1/", None), ("POST", "journeys/{}/validate/", {}),
    ("POST", "journeys/validate/", {"graph": {}})]


@pytest.mark.parametrize(("method", "path", "body"), BUILDING)
@pytest.mark.parametrize("person", ["customer", "agent", "manager"])
def test_only_those_who_may_build(world: Any, person: str, method: str, path: str, body: Any) -> None:
    journey = offered(world.pandar)
    answer = world.api(getattr(world, person)).call(method, path.format(journey.pk), body=body)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert world.pandar.fresh(journey).version == journey.version
    assert audited(world) == ["journey_created", "journey_published"]


@pytest.mark.parametrize(("method", "path", "body"), READING)
def test_staff_read_drafts_and_customers_do_not(world: Any, method: str, path: str, body: Any) -> None:
    journey = offered(world.pandar)
    for person, status in ((world.agent, 200), (world.manager, 200), (world.customer, 403)):
        assert world.api(person).call(method, path.format(journey.pk), body=body).status == status


def test_figures_are_for_managers(world: Any) -> None:
    journey = offered(world.pandar)
    statuses = [world.api(person).get(f"journeys/{journey.pk}/figures/").status
                for person in (world.customer, world.agent, world.manager, world.admin)]
    assert statuses == [403, 403, 200, 200]


def test_the_schema_is_served(world: Any) -> None:
    assert world.api(world.customer).get("journeys/schema/").data == SCHEMA


# What customers are offered.


def names(world: Any, person: Any, language: str = "", header: str = "") -> list[str]:
    api = world.api(person)
    api.headers = {**api.headers, **({"Accept-Language": header} if header else {})}
    return [journey["name"] for journey in api.get("journeys/", **({"language": language} if language else {})).data]


def test_several_are_active_at_once_in_their_order(world: Any) -> None:
    for name, position in (("second", 2), ("first", 1), ("third", 3)):
        offered(world.pandar, SHORT, name=name, position=position)
    draft(world.pandar, SHORT, name="draft")
    assert names(world, world.customer) == ["first", "second", "third"]
    assert sorted(names(world, world.agent)) == ["draft", "first", "second", "third"]
    assert names(world, world.acme.customer) == []


def test_each_has_its_audience(world: Any) -> None:
    for audience in ("everyone", "new", "returning"):
        offered(world.pandar, SHORT, name=audience, audience=audience)
    assert names(world, world.customer) == ["everyone", "new"]
    world.ticket(world.customer)
    assert names(world, world.customer) == ["everyone", "returning"]
    with unit_of_work(world.pandar.id):
        hidden = Journey.objects.get(name="new")
    assert world.api(world.customer).post(f"journeys/{hidden.pk}/runs/").status == 404


@pytest.mark.parametrize(("language", "header", "expected"), [
    ("", "", ["any", "en", "pt", "pt-BR"]), ("en", "", ["any", "en"]), ("pt-BR", "", ["any", "pt-BR"]),
    ("pt-PT", "", ["any", "pt", "pt-BR"]),
    ("de", "", ["any", "en", "pt", "pt-BR"]), ("", "de,en;q=0.5,pt;q=0.3", ["any", "en"]), ("", "*", ["any", "en", "pt", "pt-BR"]),
    ("en", "pt", ["any", "en"])])
def test_each_has_its_language(world: Any, language: str, header: str, expected: list[str]) -> None:
    for tag in ("", "en", "pt", "pt-BR"):
        offered(world.pandar, SHORT, name=tag or "any", language=tag)
    assert names(world, world.customer, language, header) == expected


@pytest.mark.parametrize(("header", "languages"), [
    ("", []), ("en", ["en"]), ("fr;q=0.2, en-GB", ["en-GB", "fr"]), ("*;q=0.5, de", ["de"]), ("de;q=0", []), (";;;q=x,,en;q=high", []),
    (",".join(["en"] * 50), ["en"] * 10)])
def test_a_browsers_languages(header: str, languages: list[str]) -> None:
    assert accepted_languages(header) == languages


def test_a_version_is_what_was_published_to_the_letter(world: Any) -> None:
    journey = offered(world.pandar, example())
    with unit_of_work(world.pandar.id):
        version = Version.objects.get(journey=journey)
    assert (version.graph, list(version.graph["nodes"])) == (example(), list(example()["nodes"]))
    assert version.number == 1
