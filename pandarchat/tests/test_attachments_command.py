"""`manage.py attachments`: storage and database side by side, after a restore."""
from io import StringIO

from django.core.management import call_command

from chat.attachments import files
from chat.models import Attachment
from foundation.units import unit_of_work
from pandarchat.tests.world import World


def told(*options: str) -> dict[str, str]:
    """What it says of each organization."""
    output = StringIO()
    call_command("attachments", *options, stdout=output)
    return dict(line.split(": ", 1) for line in output.getvalue().splitlines())


def test_what_does_not_fit_is_counted_and_strays_go_on_request_alone(world: World) -> None:
    one, lost = world.upload(world.customer), world.upload(world.customer)
    with unit_of_work(world.pandar.id):
        files.remove(Attachment.objects.get(id=lost.id).key)
    stray = files.new_key(world.pandar.id)
    files.put(stray, b"newer than the backup")
    pandar, acme = str(world.pandar.id), str(world.acme.id)
    for _ in range(2):
        assert told() == {pandar: "1 files that no row knows, 1 missing", acme: "0 files that no row knows, 0 missing"}
    assert told("--remove-strays")[pandar] == "1 files removed, which no row knew, 1 missing"
    assert told()[pandar] == "0 files that no row knows, 1 missing"
    assert world.api(world.customer).get(f"attachments/{one.id}/").status == 200
