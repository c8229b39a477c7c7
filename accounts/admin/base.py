"""Administration pages whose every change leaves an audit entry, with what was before and after."""
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Model
from django.http import HttpResponse
from django.template.response import TemplateResponse

from accounts import audit
from accounts.middleware import rendered
from accounts.models import AuditEntry
from foundation.admin import MOST_COUNTED
from foundation.ids import PLATFORM
from foundation.units import current_organization, unit_of_work

HIDDEN = ("id", "organization_id", "password")
HISTORY_PAGE = 50


class OwnedForm(forms.ModelForm):
    """A form for a row of the current organization, so that what must be unique within it is told as an error of the form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own(self.instance)

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded if getattr(self.instance, "organization_id", None) is None else excluded - {"organization"}


def own(row: Any) -> None:
    """A new row belongs to the current organization; the platform's rows belong to none."""
    organization = current_organization()
    if organization != PLATFORM and getattr(row, "organization_id", organization) is None:
        row.organization_id = organization


def state(row: Model) -> dict[str, Any]:
    """A row as an audit entry keeps it."""
    fields = [field for field in row._meta.concrete_fields if field.attname not in HIDDEN and not getattr(field, "auto_now", False)]
    return {field.attname: plain(getattr(row, field.attname)) for field in fields}


def plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def stored(row: Model) -> dict[str, Any]:
    """The state that the database has, before a change of the row is saved."""
    return state(type(row)._base_manager.get(pk=row.pk))


class Audited:
    """Saves and deletes with audit entries `<model>_added`, `_changed` and `_deleted`; inlines too."""

    def save_model(self, request: Any, obj: Any, form: Any, change: bool) -> None:
        self.save_audited(request, obj, change=change, fields=form.changed_data)

    def save_audited(self, request: Any, obj: Any, *, change: bool, fields: list[str] | None = None) -> None:
        """Of a changed row only `fields`: the others may have moved on since the form was read, a counter among them."""
        before = stored(obj) if change else None
        concrete = {field.name for field in obj._meta.concrete_fields}
        obj.save(update_fields=[name for name in fields if name in concrete] if change and fields is not None else None)
        if before is None:
            audit.record(named(obj, "added"), actor=request.actor, target=obj, after=state(obj))
            return
        old, new = audit.changes(before, state(obj))
        if new:
            audit.record(named(obj, "changed"), actor=request.actor, target=obj, before=old, after=new)

    def delete_model(self, request: Any, obj: Any) -> None:
        audit.record(named(obj, "deleted"), actor=request.actor, target=obj, before=state(obj))
        obj.delete()

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def save_formset(self, request: Any, form: Any, formset: Any, change: bool) -> None:
        formset.save(commit=False)
        for obj in formset.deleted_objects:
            self.delete_model(request, obj)
        for obj in formset.new_objects:
            own(obj)
            self.save_audited(request, obj, change=False)
        for obj, _ in formset.changed_objects:
            self.save_audited(request, obj, change=True)
        formset.save_m2m()


def named(obj: Model, verb: str) -> str:
    return f"{obj._meta.model_name}_{verb}"


class AuditHistory(admin.ModelAdmin):
    """The history of a row, from the audit trail."""

    object_history_template = "admin/audit_history.html"

    def history_view(self, request: Any, object_id: str, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        if not (self.has_view_or_change_permission(request, obj) and request.user.has_perm("accounts.view_auditentry")):
            raise PermissionDenied
        entries = Paginator(AuditEntry.objects.filter(target_id=str(obj.pk))[:MOST_COUNTED], HISTORY_PAGE)
        context = {
            **self.admin_site.each_context(request), "title": f"History of {obj}", "subtitle": None, "opts": self.opts, "object": obj,
            "module_name": self.opts.verbose_name_plural, "entries": entries.get_page(request.GET.get("p")), **(extra_context or {}),
        }
        return TemplateResponse(request, self.object_history_template, context)


def form_page(site: admin.AdminSite, request: Any, **context: Any) -> HttpResponse:
    """A page with one plain form (`title`, `form`, `submit`), for views that open their units themselves."""
    with unit_of_work(request.organization):
        return rendered(TemplateResponse(request, "admin/simple_form.html", {**site.each_context(request), **context}))
