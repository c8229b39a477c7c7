"""Agents, what they know and when they work; and how the queue works."""
from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actions import agents, skills
from accounts.api.serializers import Removed
from foundation import marks
from foundation.http.rendering import Listed
from foundation.http.validation import valid
from foundation.http.views import ApiView
from tickets import queries, service_levels, staffing
from tickets.actions import configuring
from tickets.api import serializers
from tickets.api import staff_serializers as shapes


class Skills(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue", "POST": "accounts.add_skill"}

    @extend_schema(responses=serializers.SkillRow(many=True))
    def get(self, request: Request) -> Response:
        """The skills that a ticket can be sent to, and who has them."""
        found = staffing.skills(self.actor)
        return Response(Listed(found, count=len(found)))

    @extend_schema(request=shapes.NewSkill, responses={201: serializers.SkillRow})
    def post(self, request: Request) -> Response:
        """A new skill, and who has it."""
        given = valid(shapes.NewSkill, request)
        skill = skills.create(name=given["name"], actor=self.actor)
        if given["agents"]:
            skills.set_agents(skill=skill, wanted=given["agents"], actor=self.actor)
        return Response(staffing.skill_shown(self.actor, skill.pk), 201)


class OneSkill(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue", "PATCH": "accounts.change_skill", "DELETE": "accounts.delete_skill"}

    @extend_schema(responses=serializers.SkillRow)
    def get(self, request: Request, skill: UUID) -> Response:
        """One skill, and who has it."""
        return Response(staffing.skill_shown(self.actor, skill))

    @extend_schema(request=shapes.SkillChanges, responses=serializers.SkillRow)
    def patch(self, request: Request, skill: UUID) -> Response:
        """Another name, other agents: `agents` are all who have it from now on."""
        row, given = skills.locked(skill), valid(shapes.SkillChanges, request)
        marks.check(given.get("version"), staffing.skill_shown(self.actor, skill))
        if "name" in given:
            skills.rename(skill=row, name=given["name"], actor=self.actor)
        if "agents" in given:
            skills.set_agents(skill=row, wanted=given["agents"], actor=self.actor)
        return Response(staffing.skill_shown(self.actor, skill))

    @extend_schema(request=None, responses={200: Removed})
    def delete(self, request: Request, skill: UUID) -> Response:
        """Delete it: agents and tickets go on without it; 409 `in_use` while a category needs it."""
        skills.delete(skill=skills.locked(skill), actor=self.actor)
        return Response({"removed": True})


class Agents(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(responses=serializers.Agent(many=True))
    def get(self, request: Request) -> Response:
        """Every agent with availability, load, skills and shifts."""
        found = staffing.agents_shown(self.actor)
        return Response(Listed(found, count=len(found)))


class MyAgent(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue", "PATCH": "tickets.view_queue"}

    @extend_schema(responses=serializers.Agent)
    def get(self, request: Request) -> Response:
        """The caller as an agent."""
        return Response(staffing.agent_shown(self.actor, self.actor.id))

    @extend_schema(request=serializers.MyAvailability, responses=serializers.Agent)
    def patch(self, request: Request) -> Response:
        """Change one's own availability."""
        given = valid(serializers.MyAvailability, request)
        agent = agents.locked(self.actor.id)
        agents.change(agent=agent, actor=self.actor, **given)
        return Response(staffing.agent_shown(self.actor, agent.pk))


class OneAgent(ApiView):
    @extend_schema(request=shapes.AgentChanges, responses=serializers.Agent)
    def patch(self, request: Request, agent: UUID) -> Response:
        """Change an agent's availability, capacity, skills or shifts; the last two replace what was there. `version` is of capacity, skills
        and shifts."""
        queries.agent_visible(self.actor, agent)
        given = valid(shapes.AgentChanges, request)
        row = agents.locked(agent)
        if "version" in given:
            marks.check(given["version"], staffing.agent_shown(self.actor, agent))
        if duty := {name: given[name] for name in ("availability", "capacity") if name in given}:
            row = agents.change(agent=row, actor=self.actor, **duty)
        if "skills" in given:
            agents.set_skills(agent=row, skills=given["skills"], actor=self.actor)
        if "shifts" in given:
            agents.set_shifts(agent=row, shifts=given["shifts"], actor=self.actor)
        return Response(staffing.agent_shown(self.actor, agent))


class QueueSettings(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queuesettings", "PATCH": "tickets.change_queuesettings"}

    @extend_schema(responses=shapes.QueueSettings)
    def get(self, request: Request) -> Response:
        """How the queue works."""
        return Response(configuring.shown(self.actor))

    @extend_schema(request=shapes.QueueSettingsChanges, responses=shapes.QueueSettings)
    def patch(self, request: Request) -> Response:
        """Change it. A number that a ticket has is shown with the prefix of the day."""
        given = valid(shapes.QueueSettingsChanges, request)
        configuring.configure(seen=given.pop("version", None), given=given, actor=self.actor)
        return Response(configuring.shown(self.actor))


class Categories(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": "tickets.view_queue"}

    @extend_schema(responses=shapes.CategoryRow(many=True))
    def get(self, request: Request) -> Response:
        """What tickets can be about, by name."""
        found = service_levels.categories_shown()
        return Response(Listed(found, count=len(found)))
