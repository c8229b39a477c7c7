"""Journeys over REST: the list that everybody reads, and what builds them."""
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiTypes, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.actor import Actor
from foundation.http.rendering import Listed
from foundation.http.validation import valid, valid_query
from foundation.http.views import ApiView
from foundation.units import unit_of_work
from journeys import figures, outcomes, queries, rehearsing
from journeys.actions import building
from journeys.api import serializers
from journeys.graph import checking
from journeys.graph.diffing import difference
from journeys.graph.schema import SCHEMA
from journeys.limits import LARGE, LARGE_VALIDATIONS, PREVIEWS, VALIDATIONS
from journeys.models import Journey

SEES = "journeys.view_journey"
MOST_LANGUAGES = 10
UNNAMED = "Imported journey"


class Journeys(ApiView):
    listed = True

    @extend_schema(parameters=[serializers.JourneysWanted], responses=serializers.JourneyRow(many=True))
    def get(self, request: Request) -> Response:
        """The journeys that the caller may see, in their order: for a customer the published ones for them, in their language."""
        wanted = valid_query(serializers.JourneysWanted, request).get("language")
        languages = [wanted] if wanted else accepted_languages(request.headers.get("Accept-Language", ""))
        found = [queries.row(journey) for journey in queries.listed(self.actor, languages)]
        return Response(Listed(found, count=len(found)))

    @extend_schema(request=serializers.NewJourney, responses={201: serializers.JourneyDetail})
    def post(self, request: Request) -> Response:
        """A new journey, as a draft."""
        return shown(building.create(actor=self.actor, **valid(serializers.NewJourney, request)), status=201)


def accepted_languages(header: str) -> list[str]:
    """The tags of an `Accept-Language` header, the preferred one first; empty for `*` and for what is none."""
    weighed = []
    for place, part in enumerate(header.split(",")[:MOST_LANGUAGES]):
        tag, _, weight = part.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0 and tag.strip() not in ("", "*"):
            weighed.append((-quality, place, tag.strip()))
    return [tag for _, _, tag in sorted(weighed)]


def shown(journey: Journey, status: int = 200) -> Response:
    return Response(queries.detail(journey), status)


class Format(ApiView):
    @extend_schema(responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        """The JSON Schema of a journey's graph."""
        return Response(SCHEMA)


class ValidateGraph(ApiView):
    own_units = True
    needs: ClassVar[dict[str, str]] = {"POST": SEES}

    @extend_schema(operation_id="journeys_validate_graph", request=serializers.Graph, responses=serializers.Checked)
    def post(self, request: Request) -> Response:
        """Everything that is wrong with a graph, without storing it."""
        VALIDATIONS.check(self.actor.id)
        return checked(looked_at(self.actor, valid(serializers.Graph, request)["graph"]))


def looked_at(actor: Actor, graph: Any) -> list[checking.Problem]:
    """What `queries.problems` finds, with no transaction open while the graph itself is looked at. Raises RateLimited."""
    if len(checking.as_json(graph) or b"") > LARGE:
        LARGE_VALIDATIONS.check(actor.id)
    found = checking.problems(graph)
    with unit_of_work(actor):
        return found + queries.unknown_categories(graph)


def checked(found: list[checking.Problem]) -> Response:
    return Response({"valid": all(problem.level != checking.ERROR for problem in found), "problems": queries.shown_problems(found)})


class Preview(ApiView):
    own_units = True
    needs: ClassVar[dict[str, str]] = {"POST": SEES}

    @extend_schema(request=serializers.Rehearsal, responses=serializers.Rehearsed)
    def post(self, request: Request) -> Response:
        """Go through a graph as a customer would, with nothing stored: `steps` from the start, and where they lead."""
        PREVIEWS.check(self.actor.id)
        given = valid(serializers.Rehearsal, request)
        graph = building.keepable(given["graph"])
        return Response(rehearsing.rehearse(given["name"], graph, given["steps"], self.has_category))

    def has_category(self, slug: str) -> bool:
        with unit_of_work(self.actor):
            return outcomes.has_category(slug)


class Import(ApiView):
    @extend_schema(request=serializers.ImportedJourney, responses={201: serializers.JourneyDetail})
    def post(self, request: Request) -> Response:
        """A new draft from an export, or from a file of the format as it is."""
        given = valid(serializers.ImportedJourney, request)
        bare = bool({"startNode", "nodes"} & set(given))
        settings = {} if bare else {name: value for name, value in given.items() if name in building.SETTINGS}
        graph = dict(request.data) if bare else given.get("graph")
        return shown(building.create(actor=self.actor, graph=graph, **{"name": UNNAMED, **settings}), status=201)


class OneJourney(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": SEES}

    @extend_schema(responses=serializers.JourneyDetail)
    def get(self, request: Request, journey: UUID) -> Response:
        """A journey with its draft."""
        return shown(queries.get(self.actor, journey))

    @extend_schema(request=serializers.JourneyChanges, responses=serializers.JourneyDetail)
    def patch(self, request: Request, journey: UUID) -> Response:
        """Change settings or the draft of the `version` that was seen; 409 with the current state for an older one."""
        given = valid(serializers.JourneyChanges, request)
        version = given.pop("version")
        return shown(building.update(actor=self.actor, journey=journey, version=version, changes=given))

    @extend_schema(request=None, responses={200: serializers.JourneyRow})
    def delete(self, request: Request, journey: UUID) -> Response:
        """Remove a draft that never was published; answers what it was."""
        row = queries.row(building.delete(actor=self.actor, journey=journey))
        return Response(row)


class Validate(ApiView):
    own_units = True
    needs: ClassVar[dict[str, str]] = {"POST": SEES}

    @extend_schema(request=None, responses=serializers.Checked)
    def post(self, request: Request, journey: UUID) -> Response:
        """Everything that is wrong with the draft."""
        VALIDATIONS.check(self.actor.id)
        with unit_of_work(self.actor):
            draft = queries.get(self.actor, journey).draft
        return checked(looked_at(self.actor, draft))


class Publish(ApiView):
    @extend_schema(request=serializers.Publication, responses={201: serializers.VersionRow})
    def post(self, request: Request, journey: UUID) -> Response:
        """Make the draft the version that customers begin with; 400 `invalid_journey` with all `problems` where it has errors."""
        given = valid(serializers.Publication, request)
        published = building.publish(actor=self.actor, journey=journey, **given)
        return Response(queries.version_row(published.journey, published), 201)


class Archive(ApiView):
    @extend_schema(request=serializers.MaybeSeen, responses=serializers.JourneyDetail)
    def post(self, request: Request, journey: UUID) -> Response:
        """Nobody begins it any more; whoever has begun goes on."""
        return shown(building.archive(actor=self.actor, journey=journey, **valid(serializers.MaybeSeen, request)))


class Restore(ApiView):
    @extend_schema(request=serializers.MaybeSeen, responses=serializers.JourneyDetail)
    def post(self, request: Request, journey: UUID) -> Response:
        """Offer an archived journey again."""
        return shown(building.restore(actor=self.actor, journey=journey, **valid(serializers.MaybeSeen, request)))


class Export(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": SEES}

    @extend_schema(responses=serializers.Exported)
    def get(self, request: Request, journey: UUID) -> Response:
        """Settings and draft, as `journeys/import/` takes them."""
        return Response(queries.exported(queries.get(self.actor, journey)))


class Diff(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": SEES}

    @extend_schema(parameters=[serializers.DiffWanted], responses=serializers.Difference)
    def get(self, request: Request, journey: UUID) -> Response:
        """What differs between two versions, or between a version and the draft."""
        wanted = valid_query(serializers.DiffWanted, request)
        found = queries.get(self.actor, journey)
        first = wanted.get("before", found.published_number)
        before = {} if first is None else queries.graph_of(found, first)
        return Response(difference(before, queries.graph_of(found, wanted.get("after"))))


class Figures(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": "journeys.view_figures"}

    @extend_schema(parameters=[serializers.FiguresWanted], responses=serializers.JourneyFigures)
    def get(self, request: Request, journey: UUID) -> Response:
        """How many began and completed, and where the others stand."""
        wanted = valid_query(serializers.FiguresWanted, request)
        return Response(figures.of_journey(queries.get(self.actor, journey), **wanted))


class Versions(ApiView):
    listed = True
    needs: ClassVar[dict[str, str]] = {"GET": SEES}

    @extend_schema(parameters=[serializers.VersionsWanted], responses=serializers.VersionRow(many=True))
    def get(self, request: Request, journey: UUID) -> Response:
        """What was published, the newest first, 50 a page."""
        found, about = queries.versions(queries.get(self.actor, journey), **valid_query(serializers.VersionsWanted, request))
        return Response(Listed(found, **about))


class OneVersion(ApiView):
    needs: ClassVar[dict[str, str]] = {"GET": SEES}

    @extend_schema(responses=serializers.VersionDetail)
    def get(self, request: Request, journey: UUID, number: int) -> Response:
        """A version with its graph."""
        found = queries.get(self.actor, journey)
        version = queries.version(found, number)
        return Response({**queries.version_row(found, version), "graph": version.graph})


class RestoreVersion(ApiView):
    @extend_schema(request=serializers.Seen, responses=serializers.JourneyDetail)
    def post(self, request: Request, journey: UUID, number: int) -> Response:
        """Make an earlier version the draft."""
        given = valid(serializers.Seen, request)
        return shown(building.restore_version(actor=self.actor, journey=journey, number=number, **given))
