"""Answers in texts: labels for people, values for machines, nothing that is not there, and never twice."""
from typing import Any

import pytest
from hypothesis import given, settings

from journeys.graph.diffing import difference
from journeys.graph.format import DATE, GIFT_CARD, IMAGES, MULTIPLE, NUMBER, SINGLE, TEXT, Graph
from journeys.graph.rendering import LONGEST_INSERTED, as_text, inserted, subject, submission, tags, told
from journeys.tests.graphs import anything, ask, damaged, end, example, graph, plausible

WHOLE = Graph.of(graph(ask("one", SINGLE), ask("many", MULTIPLE), ask("text", TEXT), ask("number", NUMBER), ask("day", DATE),
                       ask("images", IMAGES), ask("card", GIFT_CARD), end()))
ANSWERS: dict[str, Any] = {
    "one": "a", "many": ["a", "c"], "text": "It {{one}}\nbroke", "number": 2.5, "day": "2026-03-01", "images": ["x"],
    "card": {"brand": "Steam", "country": "US", "amount": "50"}}


@pytest.mark.parametrize(("template", "text"), [
    ("{{one}} {{many}}", "A A, C"), ("{{ number }}/{{day}}", "2.5/2026-03-01"), ("{{images}}, {{card}}", "1 image, Steam US 50"),
    ("<{{end}}{{gone}}>", "<>"), ("{{text}}", "It {{one}}\nbroke"), ("{one} {{}} {{one", "{one}  {{one"), ("", "")])
def test_answers_are_inserted_once(template: str, text: str) -> None:
    assert inserted(template, WHOLE, ANSWERS) == text


def test_what_is_inserted_over_and_over_is_cut() -> None:
    text = inserted("{{text}}" * 1_000, WHOLE, {"text": "x" * 10_000})
    assert (len(text), text[-1]) == (LONGEST_INSERTED, "…")
    assert len(inserted("{{text}}" + "y" * 5_000, WHOLE, {"text": "x" * 10_000})) == 15_000, "what can be published is whole"


def test_a_subject_is_one_short_line() -> None:
    assert subject("{{text}}\u202e!", WHOLE, ANSWERS, "Help") == "It {{one}} broke !"
    assert subject("{{gone}}  ", WHOLE, ANSWERS, "Help") == "Help"
    long = subject("{{text}}", WHOLE, {"text": "x" * 500}, "Help")
    assert (len(long), long[-2:]) == (200, "x…")


def test_tags_are_values_each_once() -> None:
    assert tags(["{{many}}", "{{one}}", "b", "{{gone}}", "is {{many}}", 7], WHOLE, ANSWERS) == ("7", "a", "b", "c", "is a, c")
    assert len(tags([f"t{number}" for number in range(30)], WHOLE, {})) == 20
    assert tags("none", WHOLE, {}) == ()


def test_the_first_message_tells_what_was_asked_and_answered() -> None:
    assert told(WHOLE, {"one": "a", "text": None, "images": ["x", "y"]}) == "one?\nA\n\nimages?\n2 images"
    assert len(told(Graph.of(graph(*[ask(f"n{n}") for n in range(9)])), {f"n{n}": "x" * 10_000 for n in range(9)})) == 10_000
    beside = told(WHOLE, {"text": "x" * 9_000, "number": 5})
    assert beside == f"text?\n{'x' * 1_999}…\n\nnumber?\n5", "a long answer leaves the others their place"


def test_a_submission_is_of_the_last_card_or_as_it_is_mapped() -> None:
    selling = graph(ask("brand"), ask("amount", NUMBER), ask("card", GIFT_CARD), ask("other", GIFT_CARD),
                    end("end", "sell_gift_card", submission={"brand": "brand", "amount": "amount"}), end("plain", "sell_gift_card"))
    whole = Graph.of(selling)
    answers = {"card": ANSWERS["card"], "other": {"brand": "Apple", "country": "DE", "amount": "5"}, "brand": "Amazon", "amount": 25.5}
    assert submission(whole.nodes["plain"], whole, answers) == answers["other"]
    assert submission(whole.nodes["end"], whole, answers) == {"brand": "Amazon", "country": "DE", "amount": "25.5"}


@given(damaged(), anything)
def test_no_input_makes_it_fail(data: Any, answer: Any) -> None:
    whole = Graph.of(data)
    answers = dict.fromkeys(whole.nodes, answer)
    told(whole, answers)
    for node in whole.nodes.values():
        tags(node.ticket.get("tags"), whole, answers)
        assert len(subject(node.text, whole, answers, "x")) <= 200
        submission(node, whole, answers)
        as_text(node, answer, raw=True)
    difference(data, answer)
    difference(answer, data)


@settings(max_examples=25)
@given(plausible(), plausible())
def test_a_graph_differs_from_others_alone(data: Any, other: Any) -> None:
    assert difference(data, data) == {"start": None, "added": [], "removed": [], "changed": []}
    found = difference(data, other)
    assert (data == other) == (found == difference(data, data))
    assert set(found["added"]) | set(found["removed"]) == set(data["nodes"]) ^ set(other["nodes"])


def test_a_difference_is_by_node_and_member() -> None:
    before, after = example(), example()
    after["startNode"] = "node-3"
    del after["nodes"]["node-5"]
    after["nodes"]["node-7"] = ask("node-7")
    after["nodes"]["node-3"].update(question="What?", help="Please.")
    assert difference(before, after) == {
        "start": {"from": "node-1", "to": "node-3"}, "added": ["node-7"], "removed": ["node-5"], "changed": [{"node": "node-3", "members": [
            {"member": "question", "from": "Tell us what happened.", "to": "What?"}, {"member": "help", "from": None, "to": "Please."}]}]}
