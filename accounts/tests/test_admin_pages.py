"""Every page of Django admin opens for those who may see it, and shows nobody another organization's rows."""
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from accounts.models import AuditEntry, Organization, Role, Skill, User
from accounts.tests.admin_world import Tenant, ours, page, signed_in, superuser, text, theirs
from foundation.ids import PLATFORM
from foundation.units import unit_of_work
from pandarchat.admin_site import site
from tickets.models import Category

__all__ = ["ours", "theirs"]
BEAT = (PeriodicTask, IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule)
MODELS = [model for model in site._registry if model not in BEAT]
names = [model._meta.label_lower for model in MODELS]
OPERATORS_ONLY = {"foundation.event", "foundation.delivery"}
pytestmark = pytest.mark.django_db


@pytest.fixture(params=["admin", "superuser"])
def insider(request: pytest.FixtureRequest, ours: Tenant) -> Client:
    """Whoever acts in our organization: its admin, and a superuser who picked it."""
    assert ours.rows
    return signed_in(ours.admin) if request.param == "admin" else signed_in(superuser(), picked=ours.organization)


def sees(client: Client, model: Any) -> bool:
    return model._meta.label_lower not in OPERATORS_ONLY or "Root" in text(client.get(reverse("admin:index")))


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_every_page_opens(model: Any, ours: Tenant, insider: Client) -> None:
    row = ours.rows[model]
    expected = 200 if sees(insider, model) else 403
    for address in (page(model, "changelist"), page(model, "changelist") + "?q=1001", page(model, "change", row.pk)):
        assert insider.get(address).status_code == expected, address
    assert insider.get(page(model, "add")).status_code in (200, 403)
    assert insider.get(page(model, "delete", row.pk)).status_code in (200, 403)
    if expected == 200:
        assert insider.get(page(model, "history", row.pk)).status_code == 200


def test_the_pages_to_add_and_delete_that_should_be_there_are(ours: Tenant, insider: Client) -> None:
    rows = ours.rows
    for name in ("user", "role", "skill"):
        assert insider.get(reverse(f"admin:accounts_{name}_add")).status_code == 200
    assert insider.get(reverse("admin:tickets_category_add")).status_code == 200
    assert insider.get(page(Role, "delete", rows[Role].pk)).status_code == 200


@pytest.mark.parametrize("path", ["admin:index", "admin:password_change", "admin:jsi18n"])
def test_the_sites_own_pages_open(path: str, insider: Client) -> None:
    assert insider.get(reverse(path)).status_code == 200


@pytest.mark.parametrize("app", ["accounts", "chat", "tickets", "journeys"])
def test_the_apps_pages_open(app: str, insider: Client) -> None:
    assert insider.get(reverse("admin:app_list", args=[app])).status_code == 200


def test_a_change_is_saved_as_the_page_gave_it(ours: Tenant, insider: Client) -> None:
    """The control of the walk: what a page shows can be sent back."""
    skill = ours.rows[Skill]
    answer = insider.post(page(Skill, "change", skill.pk), {"name": "Refunds"})
    assert answer.status_code == 302
    assert ours.fresh(skill).name == "Refunds"


# Another organization's rows.


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_lists_searches_and_filters_show_no_foreign_row(model: Any, theirs: Tenant, insider: Client) -> None:
    if not sees(insider, model):
        pytest.skip("only superusers see this page")
    for query in ("", "?q=heircanar", "?q=1001"):  # a part of the canary, whose echo is not taken for a find
        shown = text(insider.get(page(model, "changelist") + query))
        assert "theircanary" not in without_picker(shown), query


def test_what_the_walk_looks_for_is_there_to_be_found(theirs: Tenant) -> None:
    """The control: their own admin does find the canary, on the pages that show texts."""
    client = signed_in(theirs.admin)
    for model in (User, Role, Organization, *(m for m in MODELS if m._meta.model_name in ("ticket", "category", "entry", "skill"))):
        assert "theircanary" in without_picker(text(client.get(page(model, "changelist")))), model


@pytest.mark.parametrize("name", ["change", "delete", "history"])
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_a_guessed_id_of_a_foreign_row_finds_nothing(model: Any, name: str, theirs: Tenant, insider: Client) -> None:
    row = theirs.rows[model]
    for method in (insider.get, insider.post):
        answer = method(page(model, name, row.pk), follow=True)
        assert answer.status_code in (200, 403, 404, 405)
        assert "theircanary" not in without_picker(text(answer))
        assert not answer.redirect_chain or "doesn’t exist" in text(answer)
    assert theirs.fresh(row) is not None


def test_a_foreign_users_password_page_finds_nothing(theirs: Tenant, insider: Client) -> None:
    answer = insider.post(reverse("admin:accounts_user_password", args=[theirs.agent.pk]), {"password": "x" * 12, "again": "x" * 12})
    assert answer.status_code == 302 and answer.headers["Location"] == reverse("admin:index")
    assert theirs.fresh(theirs.agent).password == theirs.agent.password


def test_forms_offer_rows_of_the_organization_only(ours: Tenant, theirs: Tenant, insider: Client) -> None:
    form = without_picker(text(insider.get(page(Category, "add"))))
    assert "skill ourcanary" in form
    assert "theircanary" not in form
    form = without_picker(text(insider.get(page(User, "change", ours.agent.pk))))
    assert "role ourcanary" in form
    assert "theircanary" not in form and 'id="id_organization"' not in form


def test_a_foreign_row_is_refused_as_a_choice(ours: Tenant, theirs: Tenant, insider: Client) -> None:
    data = {"name": "New", "slug": "new", "skill": str(theirs.rows[Skill].pk)}
    answer = insider.post(page(Category, "add"), data)
    assert answer.status_code == 200 and "Select a valid choice" in text(answer)
    assert insider.post(page(Category, "add"), data | {"skill": str(ours.rows[Skill].pk)}).status_code == 302


def test_autocomplete_is_of_the_organization(theirs: Tenant, insider: Client) -> None:
    asked = {"term": "", "app_label": "tickets", "model_name": "category", "field_name": "skill"}
    answer = insider.get(reverse("admin:autocomplete"), asked)
    assert "theircanary" not in text(answer) and "skill ourcanary" in text(answer)


def test_a_filter_by_a_foreign_value_finds_nothing(theirs: Tenant, insider: Client) -> None:
    shown = text(insider.get(page(User, "changelist"), {"role__id__exact": str(theirs.agent.role_id)}))
    assert "theircanary" not in without_picker(shown) and "0 users" in shown


def without_picker(shown: str) -> str:
    """The page without the list of organizations that a superuser can pick."""
    return re.sub(r"<datalist.*?</datalist>", "", shown, flags=re.S)


# The platform.


@pytest.fixture
def platform() -> Client:
    return signed_in(superuser())


TENANTS_ONLY = [model for model in MODELS if model not in (Organization, User, AuditEntry)]


@pytest.mark.parametrize("model", TENANTS_ONLY, ids=[model._meta.label_lower for model in TENANTS_ONLY])
def test_a_superuser_who_picked_no_organization_has_no_tenants_pages(model: Any, theirs: Tenant, platform: Client) -> None:
    assert platform.get(page(model, "changelist")).status_code == 403
    assert platform.get(page(model, "add")).status_code == 403


@pytest.mark.parametrize("model", [User, AuditEntry])
def test_a_superuser_who_picked_no_organization_sees_no_tenants_rows(model: Any, theirs: Tenant, platform: Client) -> None:
    assert "theircanary" not in without_picker(text(platform.get(page(model, "changelist"))))


def test_a_superuser_sees_all_organizations(ours: Tenant, theirs: Tenant, platform: Client) -> None:
    shown = without_picker(text(platform.get(page(Organization, "changelist"))))
    assert "Organization ourcanary" in shown and "Organization theircanary" in shown


def test_picking_an_organization_shows_it_and_no_other(ours: Tenant, theirs: Tenant, platform: Client) -> None:
    assert ours.rows
    entered = platform.post(reverse("admin:pick_organization"), {"organization": "ours"}, follow=True)
    assert "You act in <strong>Organization ourcanary</strong>" in text(entered)
    shown = without_picker(text(platform.get(page(User, "changelist"))))
    assert "agent ourcanary" in shown and "theircanary" not in shown
    assert ours.actions()[0] == "platform_admin_entered"
    assert "platform_admin_entered" not in theirs.actions()


def test_leaving_an_organization(ours: Tenant, platform: Client) -> None:
    platform.post(reverse("admin:pick_organization"), {"organization": "ours"})
    platform.post(reverse("admin:pick_organization"), {"organization": ""})
    assert platform.get(page(Role, "changelist")).status_code == 403


def test_an_unknown_organization_is_told(platform: Client) -> None:
    answer = platform.post(reverse("admin:pick_organization"), {"organization": "nowhere"}, follow=True)
    assert "There is no organization named nowhere." in text(answer)


def test_staff_cannot_pick_an_organization(ours: Tenant, theirs: Tenant) -> None:
    assert ours.agent
    client = signed_in(ours.admin)
    assert client.post(reverse("admin:pick_organization"), {"organization": "theirs"}).status_code == 403
    session = client.session
    session["picked_organization"] = str(theirs.organization.id)  # even a session that says so changes nothing
    session.save()
    shown = text(client.get(page(User, "changelist")))
    assert "theircanary" not in shown and "agent ourcanary" in shown


def test_picking_needs_the_token(platform: Client, ours: Tenant) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = platform.cookies
    assert strict.post(reverse("admin:pick_organization"), {"organization": "ours"}).status_code == 403
    assert platform.post(reverse("admin:pick_organization"), {"organization": "ours"}).status_code == 302


# The schedule.


@pytest.fixture
def schedule() -> dict[Any, Any]:
    every = IntervalSchedule.objects.create(every=77, period=IntervalSchedule.SECONDS)
    return {
        PeriodicTask: PeriodicTask.objects.create(name="probe", task="foundation.tasks.sweep_deliveries", interval=every),
        IntervalSchedule: every,
        CrontabSchedule: CrontabSchedule.objects.create(), ClockedSchedule: ClockedSchedule.objects.create(clocked_time=datetime.now(UTC)),
        SolarSchedule: SolarSchedule.objects.create(event="sunrise", latitude=6.5, longitude=3.4),
    }


@pytest.mark.parametrize("model", BEAT, ids=[model.__name__ for model in BEAT])
def test_the_schedules_pages_open_for_the_platform_alone(model: Any, schedule: dict[Any, Any], platform: Client, ours: Tenant) -> None:
    row = schedule[model]
    addresses = [page(model, "changelist"), page(model, "add"), page(model, "change", row.pk), page(model, "delete", row.pk),
                 page(model, "history", row.pk)]
    assert [platform.get(address).status_code for address in addresses] == [200] * 5
    for client in (signed_in(ours.admin), picked_by(platform, ours)):
        assert {client.get(address).status_code for address in addresses[:4]} == {403}


def picked_by(client: Client, tenant: Tenant) -> Client:
    client.post(reverse("admin:pick_organization"), {"organization": tenant.organization.slug})
    return client


def test_disabling_a_job_is_audited(schedule: dict[Any, Any], platform: Client) -> None:
    job = schedule[PeriodicTask]
    platform.post(page(PeriodicTask, "changelist"), {"action": "disable", "_selected_action": [str(job.pk)]})
    job.refresh_from_db()
    assert not job.enabled
    with unit_of_work(PLATFORM):
        entry = AuditEntry.objects.get(action="periodictask_changed")
    assert (entry.before, entry.after) == ({"enabled": True}, {"enabled": False})


# The audit trail.


def test_the_audit_trail_cannot_be_edited_here(ours: Tenant, insider: Client) -> None:
    entry = ours.rows[AuditEntry]
    for name, args in (("add", ()), ("delete", (entry.pk,))):
        assert insider.get(page(AuditEntry, name, *args)).status_code == 403
        assert insider.post(page(AuditEntry, name, *args), {"post": "yes"}).status_code == 403
    assert insider.post(page(AuditEntry, "change", entry.pk), {"action": "nothing"}).status_code == 403
    insider.post(page(AuditEntry, "changelist"), {"action": "delete_selected", "_selected_action": [str(entry.pk)], "post": "yes"})
    assert ours.fresh(entry).action == entry.action


@pytest.mark.parametrize("statement", ["UPDATE accounts_auditentry SET action = 'nothing'", "DELETE FROM accounts_auditentry",
                                       "TRUNCATE accounts_auditentry"])
def test_the_audit_trail_cannot_be_edited_by_the_product_at_all(statement: str, ours: Tenant) -> None:
    with pytest.raises(Exception, match="permission denied"), unit_of_work(ours.organization.id), connection.cursor() as cursor:
        cursor.execute(statement)
