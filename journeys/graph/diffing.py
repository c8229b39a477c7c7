"""What differs between two graphs, by node and member."""
from collections.abc import Mapping
from typing import Any

from journeys.graph.format import mapping


def difference(before: Any, after: Any) -> dict[str, Any]:
    """`start` (from, to; None where it is the same), ids of nodes `added` and `removed`, and of the `changed` ones each member's from
    and to, a member that is not there being None."""
    old, new = mapping(before), mapping(after)
    nodes, others = mapping(old.get("nodes")), mapping(new.get("nodes"))
    start, other_start = old.get("startNode"), new.get("startNode")
    return {
        "start": None if start == other_start else {"from": start, "to": other_start},
        "added": [key for key in others if key not in nodes],
        "removed": [key for key in nodes if key not in others],
        "changed": [{"node": key, "members": members(mapping(nodes[key]), mapping(others[key]))}
                    for key in others if key in nodes and nodes[key] != others[key]],
    }


def members(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    names = dict.fromkeys([*before, *after])
    return [{"member": name, "from": before.get(name), "to": after.get(name)} for name in names if before.get(name) != after.get(name)]
