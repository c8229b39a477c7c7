"""Categories and the queue's settings are changed on record; tickets are read."""
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry, Skill
from accounts.tests.admin_world import Tenant, ours, page, signed_in, text, theirs
from foundation.units import unit_of_work
from tickets.models import Category, QueueSettings, Ticket

__all__ = ["ours", "theirs"]


@pytest.fixture
def admin(ours: Tenant) -> Client:
    return signed_in(ours.admin)


def entry(tenant: Tenant, action: str) -> Any:
    with unit_of_work(tenant.organization.id):
        return AuditEntry.objects.get(action=action)


def test_a_category(admin: Client, ours: Tenant) -> None:
    skill = ours.rows[Skill]
    assert admin.post(page(Category, "add"), {"name": "Refunds", "slug": "refunds", "skill": ""}).status_code == 302
    with unit_of_work(ours.organization.id):
        category = Category.objects.get(slug="refunds")
    assert category.organization_id == ours.organization.id
    assert entry(ours, "category_added").after == {"slug": "refunds", "name": "Refunds", "skill_id": None, "sla_policy_id": None}
    changed = {"name": "Refunds", "slug": "refunds", "skill": str(skill.pk)}
    assert admin.post(page(Category, "change", category.pk), changed).status_code == 302
    recorded = entry(ours, "category_changed")
    assert (recorded.before, recorded.after) == ({"skill_id": None}, {"skill_id": str(skill.pk)})
    assert admin.post(page(Category, "delete", category.pk), {"post": "yes"}).status_code == 302
    assert ours.fresh(category) is None and entry(ours, "category_deleted").before["slug"] == "refunds"


def test_a_slug_is_unique_within_the_organization_only(admin: Client, ours: Tenant, theirs: Tenant) -> None:
    assert ours.rows
    assert admin.post(page(Category, "add"), {"name": "x", "slug": "category-ourcanary"}).status_code == 200
    assert admin.post(page(Category, "add"), {"name": "x", "slug": "category-theircanary"}).status_code == 302


def test_a_category_in_use_stays(admin: Client, ours: Tenant) -> None:
    category, ticket = ours.rows[Category], ours.rows[Ticket]
    with unit_of_work(ours.organization.id):
        Ticket.objects.filter(pk=ticket.pk).update(category=category)
    answer = admin.post(page(Category, "delete", category.pk), {"post": "yes"})
    assert answer.status_code == 200 and "tickets of this category" in text(answer)
    assert ours.fresh(category) is not None


def test_a_skill_in_use_stays(admin: Client, ours: Tenant) -> None:
    skill = ours.rows[Skill]
    assert "Cannot delete skill" in text(admin.post(page(Skill, "delete", skill.pk), {"post": "yes"}))
    assert ours.fresh(skill) is not None


def test_the_queues_settings_are_made_once(admin: Client, ours: Tenant) -> None:
    data = {"number_prefix": "OUR", "assigns_automatically": "on", "grace_seconds": "60"}
    assert admin.get(page(QueueSettings, "add")).status_code == 200
    assert admin.post(page(QueueSettings, "add"), data).status_code == 302
    assert admin.get(page(QueueSettings, "add")).status_code == 403
    with unit_of_work(ours.organization.id):
        row = QueueSettings.objects.get()
    assert row.organization_id == ours.organization.id and row.next_number == 1001
    assert admin.post(page(QueueSettings, "change", row.pk), {**data, "grace_seconds": "90", "next_number": "5"}).status_code == 302
    with unit_of_work(ours.organization.id):
        first, second = AuditEntry.objects.filter(action="queuesettings_changed").order_by("id")
    assert first.after == {"number_prefix": "OUR", "grace_seconds": 60}, "until then they were as they are without a row"
    assert (second.before, second.after) == ({"grace_seconds": 60}, {"grace_seconds": 90})
    assert ours.fresh(row).next_number == 1001
    assert admin.post(page(QueueSettings, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_saving_the_settings_turns_no_counter_back(ours: Tenant, admin: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A block of numbers is taken between the reading of the form and its saving."""
    row = ours.rows[QueueSettings]
    save = QueueSettings.save

    def taken_meanwhile(form_row: QueueSettings, **given: Any) -> None:
        QueueSettings.objects.update(next_number=7021)
        save(form_row, **given)

    monkeypatch.setattr(QueueSettings, "save", taken_meanwhile)
    given = {"number_prefix": "NEW", "assigns_automatically": "on", "grace_seconds": "60"}
    assert admin.post(page(QueueSettings, "change", row.pk), given).status_code == 302
    settings = ours.fresh(row)
    assert (settings.number_prefix, settings.grace_seconds, settings.next_number) == ("NEW", 60, 7021)


@pytest.mark.parametrize("seconds", ["-1", "86401", "soon"])
def test_a_grace_out_of_range_is_an_error_of_the_form(seconds: str, admin: Client, ours: Tenant) -> None:
    row = ours.rows[QueueSettings]
    assert admin.post(page(QueueSettings, "change", row.pk), {"number_prefix": "OUR", "grace_seconds": seconds}).status_code == 200
    assert ours.fresh(row).grace_seconds == row.grace_seconds


def test_a_ticket_is_read_and_not_edited(admin: Client, ours: Tenant) -> None:
    ticket = ours.rows[Ticket]
    shown = text(admin.get(page(Ticket, "change", ticket.pk)))
    assert "subject ourcanary" in shown and "tag ourcanary" in shown and 'name="subject"' not in shown
    for name, args in (("change", [ticket.pk]), ("delete", [ticket.pk]), ("add", [])):
        assert admin.post(page(Ticket, name, *args), {"subject": "changed", "status": "closed", "post": "yes"}).status_code == 403
    assert ours.fresh(ticket).subject == ticket.subject


@pytest.mark.parametrize(("query", "found"), [("1001", True), ("ourcanary", True), ("1002", False), ("9" * 20, False), ("zzz", False)])
def test_searching_tickets(query: str, found: bool, admin: Client, ours: Tenant) -> None:
    assert ours.rows
    shown = text(admin.get(page(Ticket, "changelist"), {"q": query}))
    assert ("subject ourcanary" in shown) == found


def test_settings_need_their_permission(ours: Tenant) -> None:
    role = ours.role("looker", "accounts.use_admin", "tickets.view_category")
    client = signed_in(ours.user(role.slug, name="looker"))
    category = ours.rows[Category]
    assert client.get(page(Category, "change", category.pk)).status_code == 200
    assert client.post(page(Category, "change", category.pk), {"name": "x", "slug": "x"}).status_code == 403
    assert client.get(page(QueueSettings, "changelist")).status_code == 403
    assert ours.fresh(category).name == category.name
