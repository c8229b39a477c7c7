"""Organizations and their people: users, roles, agents, sessions, audit."""
from accounts.models.agents import AgentProfile, AgentSkill, Availability, Shift, Skill, Weekday
from accounts.models.factors import Challenge, Factor, Purpose, RecoveryCode
from accounts.models.mail import Invitation, Link, LinkPurpose
from accounts.models.organizations import Organization, Owned, slug_of_organization, tenant_key
from accounts.models.people import Role, RolePermission, User, UserManager, session_auth_hash
from accounts.models.sessions import Session, SessionKind, SocketTicket
from accounts.models.trail import AuditChain, AuditEntry

__all__ = [
    "AgentProfile",
    "AgentSkill",
    "AuditChain",
    "AuditEntry",
    "Availability",
    "Challenge",
    "Factor",
    "Invitation",
    "Link",
    "LinkPurpose",
    "Organization",
    "Owned",
    "Purpose",
    "RecoveryCode",
    "Role",
    "RolePermission",
    "Session",
    "SessionKind",
    "Shift",
    "Skill",
    "SocketTicket",
    "User",
    "UserManager",
    "Weekday",
    "session_auth_hash",
    "slug_of_organization",
    "tenant_key",
]
