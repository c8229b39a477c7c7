"""The hashing program by itself."""
import io
import json
import subprocess
import sys
from typing import Any

import argon2
import pytest

from accounts.hashing import argon
from accounts.tests.hashing_family import PROGRAM

NEW = {"salt": "saltsaltsalt", "time": 1, "memory": 64, "lanes": 1, "length": 32}
SECRET = b"an umbrella of tin"


def told(*questions: tuple[dict[str, Any], bytes], more: bytes = b"") -> list[bytes | None]:
    """The answers of one process to all the questions, and how it ended."""
    asked = io.BytesIO()
    for question, password in questions:
        argon.write(asked, json.dumps(question).encode(), password)
    done = subprocess.run([sys.executable, "-I", PROGRAM], input=asked.getvalue() + more, env={}, capture_output=True, timeout=30,
                          check=True)
    assert done.stderr == b""
    answers = io.BytesIO(done.stdout)
    return [argon.read(answers) for _ in questions]


def test_what_it_hashes_it_verifies_and_nothing_else() -> None:
    (hashed,) = told((NEW, SECRET))
    assert hashed is not None and hashed.startswith(b"+$argon2id$v=19$m=64,t=1,p=1$")
    verify = {"verify": hashed[1:].decode()}
    assert told((verify, SECRET), (verify, SECRET + b" "), (verify, b"")) == [b"+right", b"+wrong", b"+wrong"]


def test_what_is_no_hash_is_named_and_the_next_question_answered() -> None:
    (hashed,) = told((NEW, SECRET))
    assert hashed is not None
    answers = told(({"verify": "nonsense"}, SECRET), ({"verify": hashed[1:].decode()}, SECRET))
    assert answers == [b"-InvalidHashError", b"+right"]


def test_an_error_says_nothing_of_the_password() -> None:
    answers = told(({"verify": SECRET.decode()}, SECRET), ({**NEW, "length": 1}, SECRET))
    assert answers == [b"-InvalidHashError", b"-HashingError"]


def test_a_broken_frame_ends_it() -> None:
    assert told(more=b"\0\0\0\x05abc") == []


def test_here_it_says_the_same() -> None:
    hashed = argon.run(NEW, SECRET)
    assert argon.run({"verify": hashed.decode()}, SECRET) == argon.RIGHT
    assert argon.run({"verify": hashed.decode()}, b"x") == argon.WRONG
    with pytest.raises(argon2.exceptions.InvalidHash):
        argon.run({"verify": "nonsense"}, SECRET)
