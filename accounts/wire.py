"""What sockets hear of agents."""
from uuid import UUID

from foundation.socket.frames import Frame


class AgentStatusChanged(Frame):
    """Somebody's availability, capacity, skills or shifts are others. To an agent on their return: that they went offline by themselves."""

    agent: UUID
    availability: str
    lost_connection: bool


FRAMES = [AgentStatusChanged]
