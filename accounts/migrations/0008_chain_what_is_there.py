"""Entries from before there was a chain are its beginning."""
from django.db import connection, migrations

from foundation.ids import PLATFORM
from foundation.tenancy import for_each_organization
from foundation.units import unit_of_work

AT_ONCE = 10_000


def chain(organization):
    chained = AT_ONCE
    with connection.cursor() as cursor:
        while chained == AT_ONCE:
            cursor.execute("SELECT chained FROM chain_audit(%s)", [AT_ONCE])
            (chained,) = cursor.fetchone()


def chain_all(apps, schema_editor):
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM organizations_with_unchained_audit())")
        (waiting,) = cursor.fetchone()
    if waiting:
        for_each_organization(schema_editor, apps, chain)
        with unit_of_work(PLATFORM):
            chain(PLATFORM)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_audit_chain")]
    operations = [migrations.RunPython(chain_all, migrations.RunPython.noop)]
