"""`python -m pandarchat.services`: everything on this machine, until Ctrl-C."""
import argparse
import sys

from pandarchat import environment
from pandarchat.services import addresses, system
from pandarchat.services.processes import ServiceError
from pandarchat.services.supervisor import Stopped, Supervisor, say


def main() -> int:
    """0 after being told to stop, 1 where a service does not start or ended, 2 for an invalid setting or an argument."""
    argparse.ArgumentParser(
        prog="python -m pandarchat.services",
        description="Starts PostgreSQL, Redis, web, worker and beat on this machine and stays until Ctrl-C, as `make run` does. "
                    "It takes no arguments; .env.example names the settings, which are read from the environment.",
    ).parse_args()
    try:
        env = environment.read()
        addresses.resolve(env)
        environment.make_folder(env.var)
        if not env.secret_key:
            environment.installation_key(env.var)
        say(f"Pandar Chat starts ({env.var})")
        with Supervisor(env.var) as supervisor:
            try:
                system.run(supervisor, env)
            finally:
                say("")
    except environment.InvalidSetting as error:
        print(f"Pandar Chat does not start: {error}", file=sys.stderr)
        return 2
    except Stopped as reason:
        say(f"Stopped by {reason}; nothing is left running.")
        return 0
    except ServiceError as error:
        print(f"Pandar Chat stopped: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
