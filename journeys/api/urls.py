from django.urls import path

from journeys.api import building, running

urlpatterns = [
    path("journeys/", building.Journeys.as_view()),
    path("journeys/schema/", building.Format.as_view()),
    path("journeys/validate/", building.ValidateGraph.as_view()),
    path("journeys/preview/", building.Preview.as_view()),
    path("journeys/import/", building.Import.as_view()),
    path("journeys/<uuid:journey>/", building.OneJourney.as_view()),
    path("journeys/<uuid:journey>/validate/", building.Validate.as_view()),
    path("journeys/<uuid:journey>/publish/", building.Publish.as_view()),
    path("journeys/<uuid:journey>/archive/", building.Archive.as_view()),
    path("journeys/<uuid:journey>/restore/", building.Restore.as_view()),
    path("journeys/<uuid:journey>/export/", building.Export.as_view()),
    path("journeys/<uuid:journey>/diff/", building.Diff.as_view()),
    path("journeys/<uuid:journey>/figures/", building.Figures.as_view()),
    path("journeys/<uuid:journey>/versions/", building.Versions.as_view()),
    path("journeys/<uuid:journey>/versions/<int:number>/", building.OneVersion.as_view()),
    path("journeys/<uuid:journey>/versions/<int:number>/restore/", building.RestoreVersion.as_view()),
    path("journeys/<uuid:journey>/runs/", running.Runs.as_view()),
    path("runs/", running.UnderWay.as_view()),
    path("runs/<uuid:run>/", running.OneRun.as_view()),
    path("runs/<uuid:run>/answers/", running.Answers.as_view()),
    path("runs/<uuid:run>/check/", running.Check.as_view()),
    path("runs/<uuid:run>/back/", running.Back.as_view()),
    path("tickets/<uuid:ticket>/answers/", running.TicketAnswers.as_view()),
]
