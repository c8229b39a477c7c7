"""Shapes of people, roles and the organization, as the settings show and change them."""
from typing import Any

from rest_framework import serializers

from accounts.models import slug_of_organization
from foundation.http.validation import KeyField, plain

NAME = 200
VERSION = "Of what was seen; 409 `stale` with the current state for an older one. Without it, whatever is there is written over."


class Seen(serializers.Serializer[Any]):
    version = serializers.CharField(max_length=40, required=False, help_text=VERSION)


class UsersWanted(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=100, required=False, allow_blank=True, help_text="A part of the name or the address.")
    role = serializers.CharField(max_length=50, required=False, help_text="A role's slug.")
    staff = serializers.BooleanField(required=False, default=None, allow_null=True)
    active = serializers.BooleanField(required=False, default=None, allow_null=True)
    page = serializers.IntegerField(min_value=1, max_value=200, default=1)


class UserRow(serializers.Serializer[Any]):
    """Somebody of the organization. `allowed`: rename, role, active, confirm_email, reset_factor, sign_out."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    email = serializers.EmailField()
    role = serializers.CharField(help_text="Its slug.")
    role_name = serializers.CharField()
    staff = serializers.BooleanField()
    active = serializers.BooleanField()
    email_confirmed = serializers.BooleanField()
    second_factor = serializers.BooleanField()
    last_seen_at = serializers.DateTimeField(allow_null=True, help_text="As far back as sessions are kept.")
    created_at = serializers.DateTimeField()
    own = serializers.BooleanField(help_text="The caller.")
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class UserChanges(Seen):
    name = serializers.CharField(max_length=NAME, validators=[plain], required=False)
    role = serializers.CharField(max_length=50, required=False, help_text="The slug of a role that holds no more than the caller's.")
    active = serializers.BooleanField(required=False)
    email_confirmed = serializers.BooleanField(required=False, help_text="Only ever true.")

    def validate_email_confirmed(self, value: bool) -> bool:
        if not value:
            raise serializers.ValidationError("What was confirmed stays so.")
        return value


class SignedOut(serializers.Serializer[Any]):
    signed_out = serializers.BooleanField()


class RoleRow(serializers.Serializer[Any]):
    """A named set of permissions. `allowed`: rename, permissions, delete."""

    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    staff = serializers.BooleanField(help_text="Its people see all conversations of the organization.")
    shipped = serializers.BooleanField(help_text="Every organization has it.")
    permissions = serializers.ListField(child=serializers.CharField())
    people = serializers.IntegerField(help_text="How many have it.")
    own = serializers.BooleanField(help_text="The caller's.")
    assignable = serializers.BooleanField(help_text="It holds no more than the caller does.")
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class Permissions(serializers.ListField):
    child = serializers.CharField(max_length=150)


class NewRole(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME, validators=[plain])
    slug = serializers.CharField(max_length=50, validators=[slug_of_organization], required=False, help_text="Otherwise made of the name.")
    staff = serializers.BooleanField(default=True)
    permissions = Permissions(max_length=500, default=list)


class RoleChanges(Seen):
    name = serializers.CharField(max_length=NAME, validators=[plain], required=False)
    permissions = Permissions(max_length=500, required=False, help_text="All that it may do from now on.")


class PermissionRow(serializers.Serializer[Any]):
    name = serializers.CharField()
    text = serializers.CharField()
    grantable = serializers.BooleanField(help_text="By the caller, who can also take it away.")
    for_customers = serializers.BooleanField(help_text="A role that is not staff's can be given it, too.")


class PermissionSubject(serializers.Serializer[Any]):
    """What permissions are about."""

    subject = serializers.CharField()
    text = serializers.CharField()
    permissions = PermissionRow(many=True)


class OrganizationSettings(serializers.Serializer[Any]):
    """`allowed`: change."""

    id = serializers.UUIDField()
    slug = serializers.CharField(help_text="What people type when they sign in.")
    name = serializers.CharField()
    requires_confirmed_email = serializers.BooleanField(help_text="Nobody signs in before their address is confirmed.")
    requires_second_factor = serializers.BooleanField(help_text="Staff sign in with a second factor only.")
    created_at = serializers.DateTimeField()
    version = serializers.CharField()
    allowed = serializers.ListField(child=serializers.CharField())


class OrganizationChanges(Seen):
    name = serializers.CharField(max_length=NAME, validators=[plain], required=False)
    requires_confirmed_email = serializers.BooleanField(required=False)
    requires_second_factor = serializers.BooleanField(required=False)


class OwnName(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=NAME, validators=[plain])


class Keys(serializers.ListField):
    child = KeyField()
