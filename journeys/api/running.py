"""Going through journeys over REST, and what a ticket was told by it."""
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from foundation.http.rendering import Listed
from foundation.http.validation import valid
from foundation.http.views import ApiView
from journeys import queries
from journeys.actions import running
from journeys.api import serializers
from journeys.models import Run


class Runs(ApiView):
    listed = True

    @extend_schema(responses=serializers.RunShown(many=True))
    def get(self, request: Request, journey: UUID) -> Response:
        """The newest runs of a journey, of the caller or, for staff, of everybody: one that is active can be gone on with."""
        found = queries.runs(self.actor, journey)
        return Response(Listed(found, count=len(found)))

    @extend_schema(request=None, responses={201: serializers.RunShown})
    def post(self, request: Request, journey: UUID) -> Response:
        """Begin a journey with the version that is published now."""
        return shown(running.start(actor=self.actor, journey=journey), status=201)


class UnderWay(ApiView):
    listed = True

    @extend_schema(responses=serializers.RunShown(many=True))
    def get(self, request: Request) -> Response:
        """The newest runs that are not completed, of the caller or, for staff, of everybody: to be gone on with, on whatever device."""
        found = queries.under_way(self.actor)
        return Response(Listed(found, count=len(found)))


def shown(run: Run, status: int = 200) -> Response:
    return Response(queries.run_shown(run), status)


class OneRun(ApiView):
    @extend_schema(responses=serializers.RunShown)
    def get(self, request: Request, run: UUID) -> Response:
        """A run as it stands: what is asked next, or what came of it."""
        return shown(queries.run(self.actor, run))


class Answers(ApiView):
    @extend_schema(request=serializers.NewAnswer, responses=serializers.RunShown)
    def post(self, request: Request, run: UUID) -> Response:
        """Answer what is asked, or change an earlier answer; 409 `not_asked` with the run as it is for any other question."""
        return shown(running.answer(actor=self.actor, run=run, **valid(serializers.NewAnswer, request)))


class Check(ApiView):
    own_key = True

    @extend_schema(request=serializers.NewAnswer, responses=serializers.AnswerChecked)
    def post(self, request: Request, run: UUID) -> Response:
        """Whether this would be an answer, while it is being typed. Nothing is stored."""
        problem = queries.problem(self.actor, run, **valid(serializers.NewAnswer, request))
        return Response({"valid": problem is None, "problem": problem})


class Back(ApiView):
    @extend_schema(request=None, responses=serializers.RunShown)
    def post(self, request: Request, run: UUID) -> Response:
        """Return to the question before; its answer is kept."""
        return shown(running.back(actor=self.actor, run=run))


class TicketAnswers(ApiView):
    listed = True

    @extend_schema(responses=serializers.AnswerShown(many=True))
    def get(self, request: Request, ticket: UUID) -> Response:
        """What the customer answered in the journey that opened this ticket."""
        found = queries.answers_of_ticket(self.actor, ticket)
        return Response(Listed(found, count=len(found)))
