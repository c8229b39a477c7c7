"""Long-lived tokens open every door for hours: they exist for a bench database on this machine, and for no other."""
import ipaddress

from django.core.management.base import CommandError
from django.db import connection

WORD = "bench"


def check_bench_database() -> None:
    """Raises CommandError unless the database is called bench and stands on this machine, by its address and by its own word."""
    name, host = connection.settings_dict["NAME"], connection.settings_dict["HOST"]
    if WORD not in str(name):
        raise CommandError(f"The database {name} is no bench database: its name must say {WORD}.")
    if not on_this_machine(host):
        raise CommandError(f"The database {name} is on {host}: a bench database is reached over loopback or a Unix socket alone.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database(), host(inet_server_addr())")
        says, address = cursor.fetchone()
    if WORD not in says or (address and not ipaddress.ip_address(address).is_loopback):
        raise CommandError(f"The server behind {host or 'the socket'} is {address}, its database {says}: neither is a bench's.")


def on_this_machine(host: str) -> bool:
    """Whether an address of PostgreSQL is loopback or a Unix socket; a name other than localhost may move, so it is neither."""
    if not host or host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
