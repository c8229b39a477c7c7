"""`python -m bench run|console|report|services`: measures Pandar Chat beside the yardstick's targets."""
import argparse
import signal
import sys
import time
from dataclasses import replace

from bench import run, tools, worlds
from bench.places import Places, places
from bench.services import services
from pandarchat.services.processes import ServiceError

FIRST_PORT = 9800


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(",") if part)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    ports = argparse.ArgumentParser(add_help=False)
    ports.add_argument("--port", type=int, default=FIRST_PORT, help="the first of the ports on loopback that are used (a hundred)")
    commands = parser.add_subparsers(dest="command", required=True)
    whole = commands.add_parser("run", parents=[ports], help="measure everything and write docs/performance.md")
    whole.add_argument("--quick", action="store_true", help="under three minutes, into var/bench/quick")
    whole.add_argument("--tickets", type=int, help="of the large world")
    whole.add_argument("--sizes", type=numbers, help="tickets of the smaller worlds, comma separated")
    whole.add_argument("--sockets", type=numbers, help="idle sockets, comma separated")
    whole.add_argument("--rounds", type=int)
    whole.add_argument("--seconds", type=float, help="of each measurement over HTTP")
    whole.add_argument("--fresh", action="store_true", help="make the databases anew; wanted after some ten runs, as tickets pile up")
    commands.add_parser("console", parents=[ports], help="the console alone, on the world of the last run; writes the page again")
    commands.add_parser("report", help="write docs/performance.md again from the rows of the last run")
    stay = commands.add_parser("services", parents=[ports], help="PostgreSQL, Redis and a world to try things on; stays until Ctrl-C")
    stay.add_argument("--tickets", type=int, default=100_000)
    stay.add_argument("--fresh", action="store_true", help="make the databases anew")
    return parser.parse_args()


def extent(args: argparse.Namespace) -> run.Extent:
    given = {name: getattr(args, name) for name in ("tickets", "sizes", "sockets", "rounds", "seconds")}
    chosen = {name: value for name, value in given.items() if value is not None}
    return replace(run.QUICK if args.quick else run.Extent(), fresh=args.fresh, **chosen)


def stay(where: Places, args: argparse.Namespace) -> None:
    run.raise_limits()
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
        if args.command == "services":
            stay(places(), args)
        elif args.command == "report":
            run.write(places())
        elif args.command == "console":
            run.measure_console(places(), args.port)
        else:
            run.measure(places(), extent(args), args.port)
    except (tools.Missing, ServiceError) as error:
        print(f"The bench stopped: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped.")
        return 130 if args.command != "services" else 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
