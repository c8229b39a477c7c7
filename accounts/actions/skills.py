"""Skills: the topics that agents know and categories need."""
from collections.abc import Collection
from uuid import UUID

from django.db import connection
from django.db.models import ProtectedError

from accounts import audit
from accounts.actions import agents
from accounts.actor import AnyActor
from accounts.models import AgentProfile, AgentSkill, Skill
from foundation.errors import Conflict, Invalid, NotFound
from foundation.units import current_organization

MOST = 500  # of an organization
SERVES = "serve_customers"
ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('skills ' || %s::text, 0))"


def locked(skill: UUID) -> Skill:
    """One of the organization's, locked before any agent is; raises NotFound. Who teaches it to an agent whose row they hold does not wait
    for it at the commit: they would wait for each other."""
    found = Skill.objects.select_for_update(no_key=True).filter(id=skill).first()
    if found is None:
        raise NotFound("There is no such skill.")
    return found


def create(*, name: str, actor: AnyActor) -> Skill:
    """Raises Invalid for a name that is taken."""
    _take_turn()
    if Skill.objects.count() >= MOST:
        raise Conflict(f"There are {MOST} skills already.", code="too_many")
    skill = Skill(organization_id=current_organization(), name=name)
    _stored(skill)
    audit.record("skill_added", actor=actor, target=skill, after={"name": name})
    return skill


def rename(*, skill: Skill, name: str, actor: AnyActor) -> Skill:
    """Raises Invalid for a name that is taken."""
    if skill.name != name:
        _take_turn()
        before, skill.name = skill.name, name
        _stored(skill)
        audit.record("skill_changed", actor=actor, target=skill, before={"name": before}, after={"name": name})
    return skill


def set_agents(*, skill: Skill, wanted: Collection[UUID], actor: AnyActor) -> None:
    """Those who have it from now on, and nobody else who receives tickets: who is switched off keeps it. Raises Forbidden, and Invalid for
    somebody who receives none."""
    serving = AgentProfile.objects.filter(user__is_active=True, user__role__permissions__codename=SERVES).values_list("pk", flat=True)
    having = set(serving.filter(agentskill__skill=skill))
    if set(wanted) - set(serving.filter(pk__in=wanted)):
        raise Invalid("Some fields are not valid.", fields={"agents": ["Somebody of them is no agent."]})
    for key in sorted(having ^ set(wanted)):
        agent = agents.locked(key)
        others = set(AgentSkill.objects.filter(agent=agent).values_list("skill_id", flat=True)) - {skill.pk}
        agents.set_skills(agent=agent, skills=others | ({skill.pk} if key in wanted else set()), actor=actor)


def delete(*, skill: Skill, actor: AnyActor) -> None:
    """Agents and tickets go on without it; raises Conflict while a category needs it."""
    audit.record("skill_deleted", actor=actor, target=skill, before={"name": skill.name})
    try:
        skill.delete()
    except ProtectedError:
        raise Conflict("A category needs this skill. Give the category another one first.", code="in_use") from None


def _take_turn() -> None:
    """Until the unit ends, nobody else of the organization names a skill."""
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME, [current_organization()])


def _stored(skill: Skill) -> None:
    """Two that differ by capital letters alone are one topic to people. They are compared here, in turn, and not by the table: what was
    named so before stays."""
    if Skill.objects.filter(name__iexact=skill.name).exclude(id=skill.id).exists():
        raise Invalid("Some fields are not valid.", fields={"name": ["This name is taken."]})
    skill.save()
