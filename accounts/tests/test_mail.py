"""Letters on their whole way: asked for, taken by a worker, and in a file or with a mail server."""
import email
import email.policy
import socketserver
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts.tests.mail_world import owed, token_in
from pandarchat.services.processes import wait_until

PATIENCE = 30.0
NEW = "a lamp in the harbour"


class Server(socketserver.ThreadingTCPServer):
    """A mail server that takes everything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.taken: list[tuple[list[bytes], bytes]] = []  # (the envelope's commands, the letter)


class Session(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        envelope: list[bytes] = []
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            command = line.strip()
            if command.upper() == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.taken.append((envelope, b"".join(iter(self.rfile.readline, b".\r\n"))))
            elif command.upper() == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            else:
                envelope.append(command)
            self.wfile.write(b"250 ok\r\n")


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as found:
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.shutdown()


def ask(world: Any) -> None:
    assert world.api(None).post("auth/password/reset/", {"organization": "pandar", "email": world.agent.email}).status == 202


def finish(world: Any, token: str) -> int:
    return int(world.api(None).post("auth/password/reset/confirm/", {"token": token, "password": NEW}).status)


class Letter:
    """What a mail program shows."""

    def __init__(self, raw: bytes) -> None:
        self.message = email.message_from_bytes(raw, policy=email.policy.default)
        text = self.message.get_body(("plain",))
        assert text is not None
        self.body: str = text.get_content()


def test_without_a_mail_server_a_worker_puts_letters_into_files_that_nobody_else_reads(world: Any, workers: Any, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    workers(PANDAR_VAR=str(tmp_path))
    ask(world)
    wait_until(lambda: owed(world.pandar.id) == [], PATIENCE, "the letter is not sent")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    letter = Letter(file.read_bytes().rpartition(b"\n-----")[0])
    assert letter.message["To"] == world.agent.email
    assert finish(world, token_in(letter)) == 200


def test_a_worker_hands_letters_to_the_mail_server(world: Any, workers: Any, server: Server) -> None:
    workers(EMAIL_URL=f"smtp://127.0.0.1:{server.server_address[1]}", MAIL_FROM="Desk <desk@example.com>", PUBLIC_URL="https://chat.example.com")
    ask(world)
    wait_until(lambda: owed(world.pandar.id) == [], PATIENCE, "the letter is not sent")
    ((envelope, raw),) = server.taken
    assert b"rcpt to:<" + world.agent.email.encode() + b">" in [command.lower() for command in envelope]
    letter = Letter(raw)
    assert letter.message["From"] == "Desk <desk@example.com>"
    assert "https://chat.example.com/account/reset/?token=" in letter.body
    assert finish(world, token_in(letter)) == 200
