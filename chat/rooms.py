"""The groups that hear a conversation."""
from uuid import UUID


def staff_room(conversation: UUID) -> str:
    """Hears everything."""
    return f"room:{conversation}:staff"


def public_room(conversation: UUID) -> str:
    """Hears what is public."""
    return f"room:{conversation}:public"


def room(conversation: UUID, *, staff: bool) -> str:
    """The room of a viewer's side."""
    return staff_room(conversation) if staff else public_room(conversation)
