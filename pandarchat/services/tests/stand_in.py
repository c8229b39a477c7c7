"""A small system for the supervisor's tests: the real Redis, and commands that write their number and wait.

    python stand_in.py VAR NAME…     a NAME that begins with `deaf` ignores SIGTERM and has a child of its own
"""
import sys
from pathlib import Path

from pandarchat.services.addresses import socket_folder
from pandarchat.services.postgres import Postgres
from pandarchat.services.processes import ServiceError
from pandarchat.services.redis import RedisServer
from pandarchat.services.supervisor import Stopped, Supervisor, say

WAITING = "import os, sys, time; open(sys.argv[1], 'w').write(str(os.getpid())); print('waiting', flush=True); time.sleep(600)"
DEAF = ("import os, signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); "
        "open(f'{sys.argv[1]}-{os.getpid()}', 'w').write(str(os.getpid())); time.sleep(600)")


def main(var: Path, names: list[str]) -> int:
    numbers = var / "numbers"
    try:
        with Supervisor(var) as supervisor:
            (numbers / "guardian").write_text(str(supervisor.processes.guardian))
            if "postgres" in names:
                postgres = Postgres(supervisor.processes, var, tests=True, say=supervisor.note)
                postgres.start(supervisor.tick)
                assert postgres.process
                (numbers / "postgres").write_text(str(supervisor.start(postgres.process).pid))
            socket_folder(var).mkdir(mode=0o700, exist_ok=True)
            redis = RedisServer(supervisor.processes, socket_folder(var) / "redis.sock")
            redis.start(supervisor.tick)
            assert redis.process
            (numbers / "redis").write_text(str(supervisor.start(redis.process).pid))
            for name in names:
                if name != "postgres":
                    code = DEAF if name.startswith("deaf") else WAITING
                    supervisor.start(supervisor.processes.start(name, [sys.executable, "-c", code, numbers / name], patience=1), echo=True)
            say("started")
            supervisor.watch()
    except Stopped as reason:
        say(f"stopped by {reason}")
        return 0
    except ServiceError as error:
        say(f"failed: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
