"""Skills: the topics that agents know and categories need."""
from collections.abc import Collection
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from accounts import audit
from accounts.actions import agents
from accounts.actor import AnyActor
from accounts.models import AgentProfile, AgentSkill, Skill
from foundation.errors import Conflict, Invalid, NotFound
from foundation.units import current_organization

MOST = 500  # of an organization
SERVES = "serve_customers"


def locked(skill: UUID) -> Skill:
    """One of the organization's, locked; raises NotFound."""
    found = Skill.objects.select_for_update().filter(id=skill).first()
    if found is None:
        raise NotFound("There is no such skill.")
    return found


def create(*, name: str, actor: AnyActor) -> Skill:
    """Raises Invalid for a name that is taken."""
    if Skill.objects.count() >= MOST:
        raise Conflict(f"There are {MOST} skills already.", code="too_many")
    skill = Skill(organization_id=current_organization(), name=name)
    _stored(skill)
    audit.record("skill_added", actor=actor, target=skill, after={"name": name})
    return skill


def rename(*, skill: Skill, name: str, actor: AnyActor) -> Skill:
    """Raises Invalid for a name that is taken."""
    if skill.name != name:
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
    for agent in sorted(having ^ set(wanted)):
        others = set(AgentSkill.objects.filter(agent_id=agent).values_list("skill_id", flat=True)) - {skill.pk}
        agents.set_skills(agent=agents.locked(agent), skills=others | ({skill.pk} if agent in wanted else set()), actor=actor)


def delete(*, skill: Skill, actor: AnyActor) -> None:
    """Agents and tickets go on without it; raises Conflict while a category needs it."""
    audit.record("skill_deleted", actor=actor, target=skill, before={"name": skill.name})
    try:
        skill.delete()
    except ProtectedError:
        raise Conflict("A category needs this skill. Give the category another one first.", code="in_use") from None


def _stored(skill: Skill) -> None:
    try:
        with transaction.atomic():
            skill.save()
    except IntegrityError:
        raise Invalid("Some fields are not valid.", fields={"name": ["This name is taken."]}) from None
