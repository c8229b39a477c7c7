"""Images as answers: uploads of the customer's own, in the end with the ticket."""
import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.utils import timezone

from accounts.tests.parallel import PATIENCE
from chat.attachments import actions as attachments
from chat.models import Attachment
from chat.tests import pictures
from foundation.tests.socket_world import eventually
from foundation.units import unit_of_work
from journeys import uploads
from journeys.graph.format import IMAGES
from journeys.tests.graphs import ask, end, graph
from journeys.tests.offering import Customer, offered
from tickets.tests.test_locks import waiting_backends

pytestmark = pytest.mark.usefixtures("redis_url")
TWO = graph(ask("one", IMAGES, nextNode="two"), ask("two", IMAGES, required=False, nextNode="end"),
            end("end", "create_ticket", ticket={"subject": "Damaged"}))


def image(world: Any, person: Any = None) -> str:
    return str(world.upload(person or world.customer, "damage.png", pictures.png()).id)


def row(world: Any, key: str) -> Attachment | None:
    with unit_of_work(world.pandar.id):
        return Attachment.objects.filter(id=key).first()


def first_entry(world: Any, ticket: str) -> Any:
    return world.api(world.agent).get(f"tickets/{ticket}/entries/", after=0).data["entries"][0]


def test_they_come_with_the_ticket(world: Any) -> None:
    customer, one, two, three = Customer(world, offered(world.pandar, TWO)), *(image(world) for _ in range(3))
    done = customer.goes(("one", [two, one]), ("two", [three]))
    entry = first_entry(world, done["ticket"]["id"])
    assert [file["id"] for file in entry["attachments"]] == [two, one, three]
    assert entry["text"] == "one?\n2 images\n\ntwo?\n1 image"
    assert world.api(world.agent).get(f"attachments/{one}/").status == 200
    assert world.api(world.other_customer).get(f"attachments/{one}/").status == 404
    answers = world.api(world.agent).get(f"tickets/{done['ticket']['id']}/answers/").data
    assert answers[0]["value"] == [two, one]


def test_the_example_with_its_image(world: Any) -> None:
    customer, key = Customer(world, offered(world.pandar)), image(world)
    done = customer.goes(("node-1", "order_issue"), ("node-2", ["damaged"]), ("node-5", [key]), ("node-3", "It came in pieces."))
    assert [file["id"] for file in first_entry(world, done["ticket"]["id"])["attachments"]] == [key]


@pytest.mark.parametrize("whose", ["nobody's", "another's", "another organization's", "sent", "a document", "too many"])
def test_only_unsent_images_of_ones_own(world: Any, whose: str) -> None:
    customer, key = Customer(world, offered(world.pandar, TWO)), image(world)
    wrong = {"nobody's": lambda: str(uuid4()), "another's": lambda: image(world, world.other_customer),
             "another organization's": lambda: image(world, world.acme.customer), "sent": lambda: sent(world),
             "a document": lambda: str(world.upload(world.customer).id), "too many": lambda: ""}[whose]()
    given = [image(world) for _ in range(11)] if whose == "too many" else [key, wrong]
    answer = customer.answers("one", given)
    assert (answer.status, list(answer.body["fields"])) == (400, ["value"])
    assert customer.now() == customer.first
    assert customer.goes(("one", [key]))["node"]["id"] == "two"


def sent(world: Any) -> str:
    key = image(world)
    world.api(world.customer).post("tickets/", {"subject": "x", "text": "x", "attachments": [key]})
    return key


def test_no_more_in_all_than_a_message_takes(world: Any) -> None:
    customer, many = Customer(world, offered(world.pandar, TWO)), [image(world) for _ in range(11)]
    customer.goes(("one", many[:9]))
    assert customer.answers("two", many[9:]).status == 400
    done = customer.goes(("two", many[9:10]))
    assert len(first_entry(world, done["ticket"]["id"])["attachments"]) == 10


def test_what_a_changed_answer_takes_from_the_path_counts_no_more(world: Any) -> None:
    data = graph(ask("one", IMAGES, nextNode="two"), ask("two", IMAGES, nextNode="more"), ask("more", nextNode="end"), end())
    customer, many = Customer(world, offered(world.pandar, data)), [image(world) for _ in range(12)]
    customer.goes(("one", many[:1]), ("two", many[1:10]))
    assert customer.goes(("one", many[10:]))["node"]["id"] == "two", "the second answer is to be given again"
    assert customer.answers("two", many[1:10]).status == 400, "now there would be eleven"


def test_they_are_kept_while_the_run_is_on_its_way(world: Any) -> None:
    customer, key, other = Customer(world, offered(world.pandar, TWO)), image(world), image(world)
    customer.goes(("one", [key]))
    with unit_of_work(world.pandar.id):
        assert Attachment.objects.get(id=key).expires_at > timezone.now() + uploads.HELD_FOR - timedelta(minutes=5)
        Attachment.objects.update(expires_at=timezone.now() + timedelta(days=29))
        Attachment.objects.filter(id=other).update(expires_at=timezone.now() - timedelta(minutes=1))
    attachments.collect(organization=world.pandar.id)
    assert (row(world, key) is not None, row(world, other)) == (True, None)


def test_what_expired_is_missing_and_costs_nobody_a_ticket(world: Any) -> None:
    customer, key, other = Customer(world, offered(world.pandar, TWO)), image(world), image(world)
    customer.goes(("one", [key, other]))
    with unit_of_work(world.pandar.id):
        Attachment.objects.filter(id=key).delete()
    done = customer.goes(("two", None))
    assert [file["id"] for file in first_entry(world, done["ticket"]["id"])["attachments"]] == [other]


def test_what_is_sent_or_removed_at_that_moment_is_missing_too(world: Any) -> None:
    customer, key, other, answers = Customer(world, offered(world.pandar, TWO)), image(world), image(world), list[Any]()
    customer.goes(("one", [key, other]))

    def complete() -> None:
        answers.append(customer.answers("two", None))
        connections.close_all()

    completing = threading.Thread(target=complete, daemon=True)
    with unit_of_work(world.pandar.id):
        held = Attachment.objects.select_for_update().get(id=key)
        completing.start()
        eventually(lambda: waiting_backends() or answers, "it waits for the image, or did not")
        held.delete()
    completing.join(PATIENCE)
    assert answers[0].status == 200, answers[0].text
    assert [file["id"] for file in first_entry(world, answers[0].data["ticket"]["id"])["attachments"]] == [other]


def test_a_changed_answer_leaves_the_others_image_alone(world: Any) -> None:
    customer, key, other = Customer(world, offered(world.pandar, TWO)), image(world), image(world)
    done = customer.goes(("one", [key]), ("one", [other]), ("two", None))
    assert [file["id"] for file in first_entry(world, done["ticket"]["id"])["attachments"]] == [other]
    left = row(world, key)
    assert left is not None and left.conversation_id is None
