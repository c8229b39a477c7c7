"""Agents and skills as the API shows them, each with what the actor may do with it."""
from typing import Any
from uuid import UUID

from accounts.actor import AnyActor
from accounts.models import Availability, Skill
from foundation.errors import NotFound
from foundation.marks import mark
from tickets import queries


def skills(actor: AnyActor) -> list[dict[str, Any]]:
    """Every skill with who knows it, and how many of them are available."""
    found: dict[UUID, dict[str, Any]] = {
        key: {"id": key, "name": name, "agents": 0, "available": 0, "people": []} for key, name in Skill.objects.values_list("id", "name")
    }
    for agent in queries.agents():
        for skill in agent["skills"]:
            found[skill]["agents"] += 1
            found[skill]["available"] += agent["availability"] == Availability.AVAILABLE
            found[skill]["people"].append({"id": agent["id"], "name": agent["name"]})
    acts = {"rename": "accounts.change_skill", "agents": "accounts.change_agentskill", "delete": "accounts.delete_skill"}
    allowed = [act for act, permission in acts.items() if actor.may(permission)]
    for row in found.values():
        row["people"].sort(key=lambda person: (person["name"], person["id"]))
        row |= {"version": mark({"name": row["name"], "people": sorted(person["id"] for person in row["people"])}), "allowed": allowed}
    return list(found.values())


def skill_shown(actor: AnyActor, skill: UUID) -> dict[str, Any]:
    """One of them; raises NotFound."""
    found = next((row for row in skills(actor) if row["id"] == skill), None)
    if found is None:
        raise NotFound("There is no such skill.")
    return found


def agents_shown(actor: AnyActor) -> list[dict[str, Any]]:
    """Every agent as the API shows them."""
    return [_agent(actor, agent) for agent in queries.agents_shown()]


def _agent(actor: AnyActor, shown: dict[str, Any]) -> dict[str, Any]:
    manages = actor.may("accounts.manage_agents")
    acts = {"availability": manages or actor.id == shown["id"], "capacity": manages, "skills": actor.may("accounts.change_agentskill"),
            "shifts": actor.may("accounts.change_shift")}
    state = {name: shown[name] for name in ("capacity", "skills", "shifts")}
    return {**shown, "version": mark(state), "allowed": [name for name, may in acts.items() if may]}


def agent_shown(actor: AnyActor, agent: UUID) -> dict[str, Any]:
    """One of them; raises NotFound for anybody who receives no tickets."""
    found = next((shown for shown in agents_shown(actor) if shown["id"] == agent), None)
    if found is None:
        raise NotFound("There is no such agent.")
    return found
