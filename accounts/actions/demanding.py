"""Whether an organization demands a second factor of somebody."""
from django.db import connection

from accounts.models import Factor, User

# A share of the row, until the unit ends: to switch the demand on is to change it, which waits for whoever read that there was none.
DEMANDS = "SELECT requires_second_factor FROM accounts_organization WHERE id = %s FOR SHARE"


def demanded(user: User) -> bool:
    """Whether their organization demands one of them; it stays so until the unit ends. Ask before locking anything of theirs."""
    if user.organization_id is None or user.role is None or not user.role.is_staff:
        return False
    with connection.cursor() as cursor:
        cursor.execute(DEMANDS, [user.organization_id])
        row = cursor.fetchone()
    return bool(row and row[0])


def lacking(user: User) -> bool:
    """Whether one is demanded of them and they have none."""
    return demanded(user) and not Factor.objects.filter(user_id=user.id).exclude(confirmed_at=None).exists()
