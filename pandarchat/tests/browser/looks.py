"""What a page looks like to whoever reads it: whether it fits the window, and whether it speaks the reader's language."""
import json
import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from playwright.sync_api import Page

from pandarchat.environment import ROOT
from pandarchat.services import node

SCRIPT = Path(__file__).with_suffix(".js").read_text()
CONSOLE = ROOT / "console"
GAP = re.compile(r"\{\{\w+\}\}")
WORD = re.compile(r"[A-Za-zÀ-ÿ]{3,}")
KEY = re.compile(r"(?:\w+:)?[a-z]\w*(?:\.\w+)+")
FEWEST = 3  # letters of its own by which a text with gaps is known again


@dataclass(frozen=True)
class Look:
    """`wrong`: what does not fit, a line each. `texts`: what is read or heard, without what people wrote."""

    wrong: list[str]
    texts: set[str]


def look(page: Page) -> Look:
    found = page.evaluate(SCRIPT)
    return Look(found["wrong"], set(found["texts"]))


class Texts:
    """The texts of one language, to know them again on a page, whatever stands in their gaps."""

    def __init__(self, texts: list[str]) -> None:
        self.whole = {text for text in texts if not GAP.search(text)}
        gapped = [text for text in texts if GAP.search(text) and len(re.findall(r"\w", GAP.sub("", text))) >= FEWEST]
        patterns = ["(?:.+)".join(map(re.escape, GAP.split(text))) for text in gapped]
        self.pattern = re.compile("|".join(patterns) or "(?!)", re.DOTALL)

    def know(self, text: str) -> bool:
        return text in self.whole or self.pattern.fullmatch(text) is not None


@dataclass(frozen=True)
class Catalogues:
    keys: frozenset[str]
    english: Texts  # what is said otherwise in French
    french: Texts

    def left_in_english(self, texts: set[str], in_english: set[str], written: re.Pattern[str]) -> list[str]:
        """Of what a page in French says: texts of the English catalogue, keys, and words that it says in English too and no catalogue
        holds, but for what people have `written`."""
        strange = {text for text in texts if WORD.search(text) and not self.french.know(text)}
        keys = {text for text in strange if "{{" in text or (KEY.fullmatch(text) and text.rpartition(":")[2] in self.keys)}
        return sorted(keys | {text for text in strange if self.english.know(text) or (text in in_english and not written.search(text))})


@cache
def catalogues() -> Catalogues:
    """Those of the console and the portal, as their sources have them."""
    tools = node.find()
    assert tools is not None
    done = subprocess.run([tools.folder / "node", "tools/texts.mjs"], cwd=CONSOLE, env=tools.environment(), capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    other = [text for key, text in found["en"].items() if found["fr"].get(key) != text]
    return Catalogues(frozenset(key.partition(":")[2] for key in found["en"]), Texts(other), Texts(list(found["fr"].values())))
