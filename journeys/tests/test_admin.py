"""Journeys in Django admin: settings, publishing and archiving, on record, through the actions."""
from typing import Any

import pytest
from django.test import Client

from accounts.tests.admin_world import Tenant, ours, page, signed_in, text
from foundation.units import unit_of_work
from journeys.models import Journey, Run, Version
from journeys.tests.graphs import ask, end, graph

__all__ = ["ours"]
SETTINGS = {"name": "Ask us", "description": "", "position": "4", "audience": "returning", "language": "en"}


@pytest.fixture
def admin(ours: Tenant) -> Client:
    return signed_in(ours.admin)


def acts(client: Client, journey: Journey, action: str) -> Any:
    return client.post(page(Journey, "changelist"), {"action": action, "_selected_action": [str(journey.pk)]}, follow=True)


def test_settings_are_changed_by_the_action(admin: Client, ours: Tenant) -> None:
    journey = ours.rows[Journey]
    assert admin.post(page(Journey, "change", journey.pk), SETTINGS).status_code == 302
    changed = ours.fresh(journey)
    assert (changed.name, changed.position, changed.audience, changed.language, changed.version) == ("Ask us", 4, "returning", "en", 2)
    assert changed.draft == journey.draft
    assert "journey_changed" in ours.actions()


def test_a_malformed_language_is_refused(admin: Client, ours: Tenant) -> None:
    journey = ours.rows[Journey]
    assert "Use a language tag" in text(admin.post(page(Journey, "change", journey.pk), {**SETTINGS, "language": "English please"}))
    assert ours.fresh(journey).version == 1


def test_publishing_archiving_and_restoring(admin: Client, ours: Tenant) -> None:
    journey = ours.rows[Journey]
    assert "was published" in text(acts(admin, journey, "publish_drafts"))
    assert (ours.fresh(journey).published_number, ours.fresh(journey).state) == (2, "published")
    acts(admin, journey, "archive")
    assert ours.fresh(journey).state == "archived"
    acts(admin, journey, "restore")
    assert ours.fresh(journey).state == "published"
    assert "Only an archived journey is restored" in text(acts(admin, journey, "restore"))
    assert ours.actions()[:3] == ["journey_restored", "journey_archived", "journey_published"]


def test_what_cannot_be_published_is_said(admin: Client, ours: Tenant) -> None:
    journey = ours.rows[Journey]
    with unit_of_work(ours.organization.id):
        Journey.objects.filter(pk=journey.pk).update(draft=graph(ask("q", nextNode="gone"), end()))
    assert "cannot be published as it is" in text(acts(admin, journey, "publish_drafts"))
    assert ours.fresh(journey).published_number == 1


def test_versions_and_runs_are_read_only(admin: Client, ours: Tenant) -> None:
    for model in (Version, Run):
        row = ours.rows[model]
        for name in ("change", "delete"):
            answer = admin.post(page(model, name, row.pk), {"note": "x", "status": "completed", "post": "yes"})
            assert answer.status_code == 403
        assert admin.get(page(model, "add")).status_code == 403
        assert ours.fresh(row) is not None


def test_whoever_may_look_publishes_nothing(ours: Tenant) -> None:
    ours.role("looker", "accounts.use_admin", "journeys.view_journey")
    client = signed_in(ours.user("looker"))
    journey = ours.rows[Journey]
    assert client.get(page(Journey, "changelist")).status_code == 200
    acts(client, journey, "archive")
    assert client.post(page(Journey, "change", journey.pk), SETTINGS).status_code == 403
    assert (ours.fresh(journey).state, ours.fresh(journey).version) == ("published", 1)
