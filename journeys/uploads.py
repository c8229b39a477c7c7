"""Images that answer questions: uploads of the customer's own, kept while the run is on its way, and tied to the ticket in the end."""
from collections.abc import Mapping
from typing import Any

from accounts.actor import Actor
from foundation.errors import Invalid
from journeys.graph.format import IMAGES, Graph


def hold(*, actor: Actor, keys: list[str]) -> None:
    """Raises Invalid unless all of them are images that the actor uploaded and did not send."""
    if keys:
        raise Invalid("This is no answer to the question.", fields={"value": ["There is no such upload of yours."]})


def of_answers(graph: Graph, answers: Mapping[str, Any]) -> list[str]:
    """The keys of all uploads that these answers name."""
    asked = ((graph.question(key), value) for key, value in answers.items())
    found = [key for question, value in asked if question is not None and question.type == IMAGES and value for key in value]
    return list(dict.fromkeys(found))
