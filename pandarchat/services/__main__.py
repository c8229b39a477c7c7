"""`python -m pandarchat.services`: everything on this machine, until Ctrl-C."""
import sys

from pandarchat import environment
from pandarchat.services import addresses, system
from pandarchat.services.processes import ServiceError
from pandarchat.services.supervisor import Stopped, Supervisor, say


def main() -> int:
    """0 after being told to stop, 1 where a service does not start or ended, 2 for an invalid setting."""
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
