"""What was said is read in Django admin, and changed nowhere in it."""
from typing import Any

import pytest
from django.test import Client

from accounts.tests.admin_world import Tenant, ours, page, signed_in, text, theirs
from chat.models import Conversation, Entry, Revision

__all__ = ["ours", "theirs"]


@pytest.fixture
def admin(ours: Tenant) -> Client:
    assert ours.rows
    return signed_in(ours.admin)


@pytest.mark.parametrize("model", [Conversation, Entry, Revision])
def test_nothing_said_can_be_added_changed_or_deleted(model: Any, admin: Client, ours: Tenant) -> None:
    row = ours.rows[model]
    for name, args in (("change", [row.pk]), ("delete", [row.pk]), ("add", [])):
        assert admin.post(page(model, name, *args), {"text": "changed", "post": "yes"}).status_code == 403
    admin.post(page(model, "changelist"), {"action": "delete_selected", "_selected_action": [str(row.pk)], "post": "yes"})
    after = ours.fresh(row)
    assert after is not None and getattr(after, "text", "") == getattr(row, "text", "")


def test_the_entries_of_one_conversation(admin: Client, ours: Tenant) -> None:
    conversation = ours.rows[Conversation]
    link = f"{page(Entry, 'changelist')}?conversation__id__exact={conversation.pk}"
    assert link in text(admin.get(page(Conversation, "change", conversation.pk)))
    assert "text ourcanary" in text(admin.get(link))


def test_the_entries_of_a_foreign_conversation_are_none(admin: Client, theirs: Tenant) -> None:
    shown = text(admin.get(page(Entry, "changelist"), {"conversation__id__exact": str(theirs.rows[Conversation].pk)}))
    assert "theircanary" not in shown and "0 entries" in shown


def test_what_was_edited_is_for_who_may_delete_it(admin: Client, ours: Tenant) -> None:
    assert "earlier ourcanary" in text(admin.get(page(Revision, "changelist")))
    role = ours.role("reader", "accounts.use_admin", "chat.view_entry", "chat.view_conversation")
    reader = signed_in(ours.user(role.slug, name="reader"))
    assert reader.get(page(Entry, "changelist")).status_code == 200
    assert reader.get(page(Revision, "changelist")).status_code == 403
    assert reader.get(page(Revision, "change", ours.rows[Revision].pk)).status_code == 403
