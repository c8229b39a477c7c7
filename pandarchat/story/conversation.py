"""What a client holds of one conversation: the rules that close gaps, without any network."""
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

Entry = dict[str, Any]


class Outcome(StrEnum):
    APPLIED = "applied"
    DROPPED = "dropped"
    HELD = "held"


class Conversation:
    """Entries 1 to `last` without a hole, and what has come too early. `head`: the highest number that is known to exist."""

    def __init__(self, ticket: str) -> None:
        self.ticket = ticket
        self.entries: list[Entry] = []
        self.head = 0
        self.reads: dict[str | None, int] = {}  # user's id to the number they have read; to a customer the staff are one, without an id
        self._held: dict[int, Entry] = {}

    @property
    def last(self) -> int:
        return len(self.entries)

    @property
    def incomplete(self) -> bool:
        """Something is known to exist that is not here: ask for what comes after `last`."""
        return self.head > self.last

    def take(self, seq: int, entry: Entry) -> Outcome:
        """The next one is applied, and with it what waited for it; a known one dropped; a later one held."""
        self.heard_of(seq)
        if seq <= self.last:
            return Outcome.DROPPED
        self._held[seq] = entry
        outcome = Outcome.APPLIED if seq == self.last + 1 else Outcome.HELD
        while (following := self._held.pop(self.last + 1, None)) is not None:
            self.entries.append(following)
        return outcome

    def take_all(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self.take(entry["seq"], entry)

    def heard_of(self, seq: int) -> None:
        """A number exists, by a head or an acknowledgement."""
        self.head = max(self.head, seq)

    def start_again(self, head: int) -> None:
        """The server cannot go on from here: everything is loaded anew."""
        self.entries.clear()
        self._held.clear()
        self.head = head

    def read_up_to(self, user: str | None, seq: int) -> None:
        self.reads[user] = max(seq, self.reads.get(user, 0))

    def shown(self) -> list[Entry]:
        """The entries as they stand now: edits and deletions applied, which a fresh read shows at once."""
        return settled(self.entries)


def settled(entries: Iterable[Entry]) -> list[Entry]:
    """Entries with what later ones made of them; of the times of changes only whether there was one."""
    found = [dict(entry) for entry in entries]
    messages = {entry["id"]: entry for entry in found if entry["kind"] == "message"}
    for message in messages.values():
        message["edited_at"], message["deleted_at"] = bool(message["edited_at"]), bool(message["deleted_at"])
    for entry in found:
        target = messages.get(entry.get("target", ""))
        if target is not None and entry["kind"] == "edit" and not target["deleted_at"]:
            target["text"], target["edited_at"] = entry["text"], True
        elif target is not None and entry["kind"] == "deletion":
            target["text"], target["attachments"], target["deleted_at"] = "", [], True
    for entry in found:
        target = messages.get(entry.get("target", ""))
        if target is not None and entry["kind"] == "edit":
            entry["text"] = target["text"]
    return found
