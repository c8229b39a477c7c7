"""The addresses of the console and the portal, read from what their routers are given: nobody keeps a list of them."""
import re
from pathlib import Path

from pandarchat.environment import ROOT

SOURCES = ROOT / "console" / "src"
# Which address lies before the paths of a component's routes.
MOUNTED = {
    ("app/App.tsx", "App"): "", ("app/App.tsx", "Staff"): "", ("portal/Alone.tsx", "Alone"): "", ("portal/Portal.tsx", "Portal"): "/portal",
    ("portal/Portal.tsx", "Doors"): "/portal/:organization", ("portal/Portal.tsx", "Rooms"): "/portal/:organization",
    ("settings/Settings.tsx", "Settings"): "/settings", ("journeys/index.tsx", "Journeys"): "/journeys",
}
# Where the paths stand that a component's routes take from a list.
LISTED = {
    ("app/App.tsx", "Staff"): ("app/pages.ts", r"\{ path: '([^']+)'"),
    ("settings/Settings.tsx", "Settings"): ("settings/Settings.tsx", r"\['([^']+)', \w+\]"),
}
ROUTER = re.compile(r"import \{[^}]*\bRoute\b[^}]*\} from 'react-router'")
FUNCTION = re.compile(r"^(?:export )?(?:default )?function (\w+)", re.MULTILINE)
BRACES = r"\{(?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*\}"
ROUTE = re.compile(rf"</Route>|<Route\b(?P<given>(?:[^>{{]|{BRACES})*?)(?P<closed>/?)>")
PATH = re.compile(r"\bpath=(?:\"(?P<text>[^\"]*)\"|\{)")


def read() -> set[str]:
    """Each address as the routers write it, such as /tickets/:ticket; what only leads into another router is not one."""
    found: set[str] = set()
    for file in sorted(SOURCES.rglob("*.tsx")):
        source = file.read_text()
        for component, body in components(source) if ROUTER.search(source) else ():
            if "<Route" in body:
                found |= of_component(str(file.relative_to(SOURCES)), component, body)
    return found


def components(source: str) -> list[tuple[str, str]]:
    """Each function at the beginning of a line, with its text."""
    heads = list(FUNCTION.finditer(source))
    ends = [head.start() for head in heads[1:]] + [len(source)]
    return [(head.group(1), source[head.start():end]) for head, end in zip(heads, ends, strict=True)]


def of_component(file: str, component: str, body: str) -> set[str]:
    base = MOUNTED.get((file, component))
    assert base is not None, f"{file}: nobody has said below which address the routes of {component} lie"
    found, outer = set(), [base]
    for route in ROUTE.finditer(body):
        if route.group() == "</Route>":
            outer.pop()
            continue
        for path in paths(file, component, route["given"]):
            whole = f"{outer[-1]}/{path.lstrip('/')}"
            if re.search(r"\b(path=|index\b)", route["given"]) and not whole.endswith("/*"):
                found.add(whole.rstrip("/") or "/")
        if not route["closed"]:
            given = PATH.search(route["given"])
            outer.append(f"{outer[-1]}/{given['text']}" if given else outer[-1])
    return found


def paths(file: str, component: str, given: str) -> list[str]:
    """The path of a route; of one that takes them from a list, all of the list's."""
    path = PATH.search(given)
    if path is None:
        return [""]
    if path["text"] is not None:
        return [path["text"]]
    assert (file, component) in LISTED, f"{file}: nobody has said from which list {component} takes the paths of its routes"
    source, pattern = LISTED[file, component]
    listed = re.findall(pattern, (SOURCES / Path(source)).read_text())
    assert listed, f"{source}: there is no list of paths any more"
    return listed


def fits(route: str, address: str) -> bool:
    """Whether a router that knows only this route would show it at this address."""
    parts = "/".join(r"[^/]+" if part.startswith(":") else re.escape(part) for part in route.split("/"))
    return re.fullmatch(parts, address.partition("?")[0].rstrip("/") or "/") is not None


def left_out(routes: set[str], walked: set[str]) -> set[str]:
    """Which routes are shown at none of the walked addresses."""
    return {route for route in routes if not any(fits(route, address) for address in walked)}
