"""How PostgreSQL's own programs are told where the database is."""
from pandarchat.services import backup


def test_all_of_the_address_goes_along() -> None:
    """Who is asked to check the server's certificate and not told against what would check less, or nothing."""
    url = "postgresql://b:p%40@db.internal:5433/x?sslmode=verify-full&sslrootcert=/ca.pem&target_session_attrs=read-write&keepalives_idle=9"
    assert backup.environment(url) == {
        "PGHOST": "db.internal", "PGPORT": "5433", "PGUSER": "b", "PGPASSWORD": "p@", "PGDATABASE": "x", "PGSSLMODE": "verify-full",
        "PGSSLROOTCERT": "/ca.pem", "PGTARGETSESSIONATTRS": "read-write"}
