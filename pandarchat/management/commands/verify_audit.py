"""Verifies the audit chains: exit code 1 and the first bad entry of each chain that is broken."""
import sys
from argparse import FileType
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import chain
from accounts.models import Organization
from foundation.ids import PLATFORM
from foundation.progress import Progress
from foundation.units import unit_of_work

PLATFORM_NAME = "(platform)"  # which is no slug


class Command(BaseCommand):
    help = (f"Verify the hash chain of every organization's audit trail and of the platform's, called {PLATFORM_NAME} here. Prints each "
            "chain's head as 'name position hash': kept elsewhere and given as --heads, these lines show whether its end was cut off.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--organization", metavar="NAME", help=f"only this one's chain; {PLATFORM_NAME} for the platform's")
        parser.add_argument("--heads", metavar="FILE", type=FileType("r"), help="what this command printed earlier")

    def handle(self, *args: Any, organization: str | None = None, heads: Any = None, **options: Any) -> None:
        known = read(heads.read()) if heads else {}
        chains = names()
        if organization is not None:
            if organization not in chains:
                raise CommandError(f"There is no organization named {organization}.")
            chains = {organization: chains[organization]}
        elif lost := sorted(set(known) - set(chains)):
            raise CommandError(f"Broken: {', '.join(lost)}: the heads name this chain, and there is no such organization.")
        if broken := [sentence for name, key in chains.items() if (sentence := self.verify(name, key, known.get(name)))]:
            raise CommandError("\n".join(f"Broken: {sentence}" for sentence in broken))

    def verify(self, name: str, key: UUID, known: chain.Head | None) -> str | None:
        """Print the head of a good chain, or return what is wrong with it."""
        try:
            progress = Progress(max(1, chain.head(key).position), sys.stderr)
            end = chain.verify(key, known=known, tell=lambda done: progress.reach(done, name))
        except chain.BrokenChain as error:
            return f"{name}, {error}."
        progress.finish()
        self.stdout.write(f"{name} {end.position} {end.hash.hex()}")
        return None


def names() -> dict[str, UUID]:
    """Every chain by its name, also those of organizations that are closed."""
    with unit_of_work(PLATFORM):
        return {PLATFORM_NAME: PLATFORM, **dict(Organization.objects.order_by("slug").values_list("slug", "id"))}


def read(text: str) -> dict[str, chain.Head]:
    """Heads as this command prints them; raises CommandError for anything else."""
    heads = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            name, position, digest = line.split()
            heads[name] = chain.Head(int(position), bytes.fromhex(digest))
        except ValueError:
            raise CommandError(f"The heads must be lines of name, position and hash, not {line!r}.") from None
    return heads
