"""How the product connects to PostgreSQL."""
import socket

import pytest
from psycopg import pq
from psycopg.conninfo import make_conninfo

from foundation.async_database import parameters

TIMES = {socket.TCP_KEEPIDLE: 10, socket.TCP_KEEPINTVL: 5, socket.TCP_KEEPCNT: 3, socket.TCP_USER_TIMEOUT: 20_000}


@pytest.mark.usefixtures("committed")
def test_a_server_that_is_gone_without_a_word_is_noticed_within_half_a_minute() -> None:
    """Left alone, Linux waits for hours; whoever waits for an answer would wait as long."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        where = {**parameters(), "host": "127.0.0.1", "port": server.getsockname()[1]}
        connection = pq.PGconn.connect_start(make_conninfo(**where).encode())
        with socket.fromfd(connection.socket, socket.AF_INET, socket.SOCK_STREAM) as line:
            kept = line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            assert (kept, {name: line.getsockopt(socket.IPPROTO_TCP, name) for name in TIMES}) == (1, TIMES)
        connection.finish()
