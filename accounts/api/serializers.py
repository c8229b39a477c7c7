"""Shapes of accounts in the API."""
from typing import Any

from rest_framework import serializers

from accounts import devices
from accounts.actions import credentials
from accounts.actor import Actor
from accounts.models import Invitation, Organization, Session, User
from foundation.http.validation import plain


class OrganizationBrief(serializers.ModelSerializer[Organization]):
    class Meta:
        model = Organization
        fields = ["id", "slug", "name"]


class EmailAddress(serializers.EmailField):
    """An address as it is stored; what it must be is asked of that form, which may be longer than what was typed."""

    def to_internal_value(self, data: Any) -> str:
        return credentials.normalised(super().to_internal_value(data))


class Credentials(serializers.Serializer[Any]):
    organization = serializers.CharField(max_length=50)
    email = EmailAddress(max_length=254)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class Registration(Credentials):
    name = serializers.CharField(max_length=200, validators=[plain])


class Registered(serializers.Serializer[Any]):
    email = serializers.EmailField()
    message = serializers.CharField()


class Me(serializers.Serializer[User]):
    """The signed-in user and what their role allows."""

    id = serializers.UUIDField()
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.CharField(source="role.slug")
    staff = serializers.BooleanField(source="role.is_staff")
    permissions = serializers.SerializerMethodField()
    organization = OrganizationBrief()

    def get_permissions(self, user: User) -> list[str]:
        actor: Actor = self.context["actor"]
        return sorted(actor.permissions)


class TokenPair(serializers.Serializer[Any]):
    access = serializers.CharField()
    refresh = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds until the access token ends.")


class SignedInTokens(TokenPair):
    user = Me()


class Codes(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField(), help_text="Each works once. Shown this once.")


class OptionalCodes(serializers.Serializer[Any]):
    recovery_codes = serializers.ListField(child=serializers.CharField(), required=False, help_text="Where the factor was just set up.")


class SignedInTokensAndCodes(SignedInTokens, OptionalCodes):
    pass


class ChallengeGiven(serializers.Serializer[Any]):
    challenge = serializers.CharField(max_length=4000)


class ChallengeAnswered(ChallengeGiven):
    code = serializers.CharField(max_length=40, help_text="Six digits of the authenticator, or a recovery code.")


class Code(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=40)


class Password(serializers.Serializer[Any]):
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class PasswordChange(Password):
    new_password = serializers.CharField(max_length=1000, trim_whitespace=False)


class PasswordAndCode(Password, Code):
    pass


class FactorState(serializers.Serializer[Any]):
    enabled = serializers.BooleanField()
    since = serializers.DateTimeField(allow_null=True)
    recovery_codes_left = serializers.IntegerField()
    demanded = serializers.BooleanField(help_text="By the organization, of its staff.")


class Enrolment(serializers.Serializer[Any]):
    secret = serializers.CharField()
    uri = serializers.CharField(help_text="otpauth://, to be shown as a QR code.")
    picture = serializers.CharField(help_text="The QR code: an SVG as a data: URI.")


class BrowserSession(serializers.Serializer[Any]):
    expires_in = serializers.IntegerField(help_text="Seconds until the cookie's session ends.")
    user = Me()


class BrowserSessionAndCodes(BrowserSession, OptionalCodes):
    pass


class OwnSession(serializers.ModelSerializer[Session]):
    """Where one is signed in."""

    device = serializers.SerializerMethodField(help_text="What the client said it was, in a few words.")
    last_seen_at = serializers.DateTimeField(source="last_used_at", help_text="To the minute for browsers; otherwise the last refresh.")
    current = serializers.SerializerMethodField()

    class Meta:
        model = Session
        fields = ["id", "kind", "device", "address", "created_at", "last_seen_at", "expires_at", "current"]

    def get_device(self, session: Session) -> str:
        return devices.name_of(session.user_agent)

    def get_current(self, session: Session) -> bool:
        return bool(session.id == self.context["actor"].session_id)


class EndedSessions(serializers.Serializer[Any]):
    ended = serializers.IntegerField(help_text="How many.")


class RefreshToken(serializers.Serializer[Any]):
    refresh = serializers.CharField(max_length=4000)


class Logout(serializers.Serializer[Any]):
    everywhere = serializers.BooleanField(default=False)


class Ended(serializers.Serializer[Any]):
    ended = serializers.ChoiceField(choices=["this", "all"])


class SocketTicketIssued(serializers.Serializer[Any]):
    ticket = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds.")


class Whose(serializers.Serializer[Any]):
    organization = serializers.CharField(max_length=50)
    email = EmailAddress(max_length=254)


class Asked(serializers.Serializer[Any]):
    message = serializers.CharField()


class LinkGiven(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=200, help_text="Of the link that was mailed.")


class NewPassword(LinkGiven, Password):
    pass


class NewAddress(Password):
    email = EmailAddress(max_length=254)


class ConfirmedAddress(serializers.Serializer[Any]):
    email = serializers.EmailField()


class NewInvitation(serializers.Serializer[Any]):
    email = EmailAddress(max_length=254)
    role = serializers.CharField(max_length=50, help_text="The slug of a role of staff that holds no more than the caller's.")
    name = serializers.CharField(max_length=200, validators=[plain], required=False, allow_blank=True, default="")


class InvitationRow(serializers.ModelSerializer[Invitation]):
    role = serializers.CharField(source="role.slug")
    invited_by = serializers.CharField(source="invited_by.name", default=None, allow_null=True)
    letters = serializers.IntegerField(source="number", help_text="How many were sent; the last one's link works.")

    class Meta:
        model = Invitation
        fields = ["id", "email", "name", "role", "invited_by", "letters", "created_at", "expires_at"]


class InvitationLooked(serializers.Serializer[Invitation]):
    email = serializers.EmailField()
    name = serializers.CharField()
    role = serializers.CharField(source="role.name")
    organization = OrganizationBrief()


class InvitationAnswer(LinkGiven, Password):
    name = serializers.CharField(max_length=200, validators=[plain])


class Removed(serializers.Serializer[Any]):
    removed = serializers.BooleanField()


class Withdrawn(serializers.Serializer[Any]):
    withdrawn = serializers.BooleanField()
