"""`python -m bench services|run|report`: measures Pandar Chat beside the yardstick's targets."""
import argparse
import signal
import sys
import time

from bench import tools, worlds
from bench.places import places
from bench.services import services
from pandarchat.services.processes import ServiceError

FIRST_PORT = 9800


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--port", type=int, default=FIRST_PORT, help="the first of the ports on loopback that are used (a hundred)")
    commands = parser.add_subparsers(dest="command", required=True)
    stay = commands.add_parser("services", help="PostgreSQL, Redis and a world to try things on; stays until Ctrl-C")
    stay.add_argument("--tickets", type=int, default=100_000)
    stay.add_argument("--fresh", action="store_true", help="make the databases anew")
    return parser.parse_args()


def stay(args: argparse.Namespace) -> None:
    where = places()
    tools.ready(where)
    with services(where, args.port) as running:
        plan = worlds.prepare(running, args.tickets, fresh=args.fresh)
        file = where.bench / "env"
        file.touch(mode=0o600)
        file.write_text("".join(f"export {name}='{value}'\n" for name, value in running.pandar(args.tickets).items()))
        print(f"\nReady. In another terminal:\n  . {file}; make bench-server\n"
              f"and in a third, from {where.yardstick}:\n"
              f"  {where.python} load.py --target pandar --world {plan.with_name('pandar.json')} send http\n"
              f"or all three in turns, with no bench-server running:\n"
              f"  {where.python} compare.py {plan} --rounds 1 send http\n\nCtrl-C stops everything.", flush=True)
        while True:
            time.sleep(1)


def main() -> int:
    args = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        stay(args)
    except (tools.Missing, ServiceError) as error:
        print(f"The bench stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
