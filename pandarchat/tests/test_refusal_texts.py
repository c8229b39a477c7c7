"""The console says in French what the server says when it refuses: one that is new here is new there, and none there is of the past."""
import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import django
import rest_framework
from django.conf import settings
from django.urls import get_resolver
from rest_framework import serializers

TEXTS = settings.BASE_DIR / "console" / "src" / "i18n" / "fr" / "refusals.ts"
ENTRY = re.compile(r"^\s*'((?:[^'\\]|\\.)+)': '", re.MULTILINE)
CODES = re.compile(r"(?:^|[{, ])(\w+): '", re.MULTILINE)
GAP = re.compile(r"\{\{\w+\}\}")
RAISED = re.compile(r"\bcode\s*=\s*\"([a-z_]+)\"")
LIBRARIES = [Path(django.__file__).parent / "contrib" / "auth" / "password_validation.py",
             Path(django.__file__).parent / "core" / "validators.py",
             *(Path(rest_framework.__file__).parent / name for name in ("fields.py", "serializers.py", "validators.py"))]
OURS = ("accounts", "chat", "foundation", "journeys", "tickets")
NOT_MET = {  # by pages: of tokens and keys that the browser does not have, of programs, and where the page itself says it
    "token_expired", "not_plain", "invalid_idempotency_key", "not_acceptable", "unsupported_media_type", "unknown_host", "invitation_void"}

TELLS = {"Invalid", "ValidationError", "_invalid", "_refuse", "refused"}  # what is called with the sentences that stand at fields
HOLE = re.compile(r"\{[^{}]*\}")
OF_PROGRAMS = {  # who sends such a thing is no page of ours
    "There is no such filter.", "Give this filter once.", "This cursor does not belong to this list.", "Give either `after` or `before`.",
    "Send one file, as the part `{}`, and nothing else.", "No filename could be determined.",
    "The submitted data was not a file. Check the encoding type on the form.", "organization with this slug already exists.",
    "Ensure this filename has at most {max_length} characters (it has {length})."}


def sources() -> list[str]:
    ours = [file for app in OURS for file in sorted((settings.BASE_DIR / app).rglob("*.py")) if "tests" not in file.parts]
    return [file.read_text() for file in [*ours, *LIBRARIES]]


def past(sentences: Iterable[str], whole: str) -> list[str]:
    """Sentences that nobody says."""
    return [said for said in sentences if not all(part.strip() in whole for part in GAP.split(said.replace("\\'", "'")))]


def unworded(codes: set[str], text: str) -> set[str]:
    return codes - set(CODES.findall(text[text.index("export const codes"):])) - NOT_MET


def test_every_sentence_is_one_that_the_server_says() -> None:
    whole, sentences = "\n".join(sources()), ENTRY.findall(TEXTS.read_text())
    assert len(sentences) > 50
    assert past(sentences, whole) == []
    assert past([*sentences, "Never said by {{anybody}} at all."], whole) == ["Never said by {{anybody}} at all."], "the control"


def test_every_code_has_its_text() -> None:
    text = TEXTS.read_text()
    codes = {code for source in sources()[:-len(LIBRARIES)] for code in RAISED.findall(source)}
    assert len(codes) > 50
    assert unworded(codes, text) == set()
    assert unworded(codes, text.replace(" stale:", " old:")) == {"stale"}, "the control"


def worded(said: str, sentences: Iterable[str]) -> bool:
    """Whether there is a sentence with its gaps where this one has its holes."""
    return any(GAP.sub("{}", known.replace("\\'", "'")) == HOLE.sub("{}", said) for known in sentences)


def serializers_of(kind: type[Any]) -> Iterator[type[Any]]:
    for each in kind.__subclasses__():
        yield each
        yield from serializers_of(each)


def spoken(field: Any) -> Iterator[str]:
    """What a field says by itself and by its validators, whatever it is given as JSON."""
    never = {"max_string_length", "make_aware", "overflow", "date", "datetime", "html", "invalid_unicode"}
    yield from (str(text) for name, text in field.error_messages.items() if name not in never)
    yield from (str(each.message) for each in field.validators if hasattr(each, "message") and not hasattr(each, "limit_value"))
    for inner in (*getattr(field, "fields", {}).values(), *filter(None, [getattr(field, "child", None)])):
        if not inner.read_only:
            yield from spoken(inner)


def at_fields(tree: ast.Module) -> Iterator[str]:
    """Sentences that actions and serializers write at fields, with holes."""
    for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
        told = [node for node in ast.walk(function) if isinstance(node, ast.Call) and called(node) in TELLS]
        parts = [part for node in told for part in given(node)]
        names = {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)} - {"error"}
        parts += [node.value for node in ast.walk(function) if isinstance(node, ast.Assign) and names & {*map(base, node.targets)}]
        yield from (text for part in parts for text in texts(part) if " " in text and text.endswith("."))


def base(target: ast.expr) -> str:
    """The name that is assigned to, also at a key."""
    return base(target.value) if isinstance(target, ast.Subscript) else target.id if isinstance(target, ast.Name) else ""


def called(node: ast.Call) -> str:
    return node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""


def given(node: ast.Call) -> list[ast.expr]:
    return [word.value for word in node.keywords if word.arg == "fields"] if called(node) == "Invalid" else list(node.args[:1])


def texts(part: ast.expr) -> Iterator[str]:
    if isinstance(part, ast.JoinedStr):
        yield "".join(str(piece.value) if isinstance(piece, ast.Constant) else "{}" for piece in part.values)
    elif isinstance(part, ast.Constant) and isinstance(part.value, str):
        yield part.value
    else:
        for inner in ast.iter_child_nodes(part):
            if isinstance(inner, ast.expr):
                yield from texts(inner)


def test_every_sentence_at_a_field_is_worded() -> None:
    sentences = ENTRY.findall(TEXTS.read_text())
    assert get_resolver().url_patterns, "what the API takes is imported"
    taken = [kind for kind in serializers_of(serializers.Serializer) if kind.__module__.partition(".")[0] in OURS]
    said = {text for kind in taken for text in spoken(kind())}
    files = [file for app in OURS for file in (settings.BASE_DIR / app).rglob("*.py") if not {"tests", "admin"} & {*file.parts}]
    own = {text for file in files if "admin" not in file.stem for text in at_fields(ast.parse(file.read_text()))}
    assert len(taken) > 50 and len(said) > 20 and len(own) > 20
    assert sorted(text for text in said | own if not worded(text, sentences) and text not in OF_PROGRAMS) == []
    assert not worded("This name is taken.", [known for known in sentences if known != "This name is taken."]), "the control"
