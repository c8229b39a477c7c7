"""The administration pages of organizations and their people. `pandarchat/admin_site.py` puts them on the site."""
from django.contrib.admin import ModelAdmin
from django.db.models import Model

from accounts.admin.agents import AgentProfileAdmin, SkillAdmin
from accounts.admin.invitations import InvitationAdmin
from accounts.admin.organizations import OrganizationAdmin
from accounts.admin.roles import RoleAdmin
from accounts.admin.trail import AuditEntryAdmin, SessionAdmin
from accounts.admin.users import UserAdmin
from accounts.models import AgentProfile, AuditEntry, Invitation, Organization, Role, Session, Skill, User

ADMINS: dict[type[Model], type[ModelAdmin]] = {
    Organization: OrganizationAdmin,
    User: UserAdmin,
    Invitation: InvitationAdmin,
    Role: RoleAdmin,
    AgentProfile: AgentProfileAdmin,
    Skill: SkillAdmin,
    Session: SessionAdmin,
    AuditEntry: AuditEntryAdmin,
}
