"""`python -m pandarchat.bench.server`: the one web process that is measured, as `make run` starts it, with the settings of production.

It is given its services by DATABASE_URL and REDIS_URL, as any process of the product is.
"""
import os
import sys

from pandarchat import environment
from pandarchat.services import system

PRODUCTION = {"DEBUG": "off", "BEHIND_TLS_PROXY": "off", "PANDAR_RATE_LIMITS": "off"}


def main() -> None:
    values = {**PRODUCTION, **{name: value for name, value in os.environ.items() if name not in system.NOT_FOR_SERVICES}}
    env = environment.read({**values, "DEBUG": "on"})
    environment.make_folder(env.var)
    values["SECRET_KEY"] = env.secret_key or environment.installation_key(env.var)
    where = ("--host", system.HOST, "--port", str(env.port))
    command = [sys.executable, "-m", "uvicorn", "pandarchat.asgi:application", *where, *system.UVICORN]
    os.execve(command[0], command, values)  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
