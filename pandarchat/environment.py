"""Settings by environment: read once, checked here, each failure one clear sentence."""
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
DEVELOPMENT_KEY = "development-only-key-that-signs-nothing-outside-this-machine"
ON = {"on", "true", "yes", "1"}
SHORTEST_KEY = 50  # characters, as Django's deployment check asks
OFF = {"off", "false", "no", "0"}


class InvalidSetting(Exception):
    """A setting that stops the start; its text is one sentence for the operator."""


@dataclass(frozen=True)
class Environment:
    """What the environment decides. URLs are None where the embedded services are meant."""

    debug: bool
    secret_key: str
    port: int
    var: Path
    rate_limits: bool
    database_url: str | None
    database_owner_url: str | None
    redis_url: str | None
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    database_pool_size: int
    password_workers: int
    demo_password: str
    log_level: str
    log_format: str
    behind_tls_proxy: bool
    trusted_proxies: int


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """The environment as settings; raises InvalidSetting with one sentence."""
    debug = _switch(values, "DEBUG", True)
    return Environment(
        debug=debug,
        secret_key=_secret_key(values, debug),
        port=_number(values, "PANDAR_PORT", 8000, 1, 65535),
        var=_folder(values),
        rate_limits=_switch(values, "PANDAR_RATE_LIMITS", True),
        database_url=_url(values, "DATABASE_URL", ("postgres", "postgresql")),
        database_owner_url=_url(values, "DATABASE_OWNER_URL", ("postgres", "postgresql")),
        redis_url=_url(values, "REDIS_URL", ("redis", "rediss", "unix")),
        allowed_hosts=_words(values, "ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]"),
        allowed_origins=_origins(values),
        database_pool_size=_number(values, "DATABASE_POOL_SIZE", 12, 2, 500),
        password_workers=_number(values, "PASSWORD_WORKERS", 2, 1, 64),
        demo_password=values.get("DEMO_PASSWORD") or "pandar-demo",
        log_level=_choice(values, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        log_format=_choice(values, "LOG_FORMAT", "json", ("json", "text")),
        behind_tls_proxy=_switch(values, "BEHIND_TLS_PROXY", not debug),
        trusted_proxies=_number(values, "TRUSTED_PROXIES", 0, 0, 10),
    )


def _switch(values: Mapping[str, str], name: str, default: bool) -> bool:
    text = values.get(name, "").strip().lower()
    if not text:
        return default
    if text not in ON | OFF:
        raise InvalidSetting(f"{name} must be on or off, not {text!r}.")
    return text in ON


def _number(values: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = values.get(name, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"\d{1,9}", text) or not least <= int(text) <= most:
        raise InvalidSetting(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _url(values: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    text = values.get(name, "").strip()
    if not text:
        return None
    if urlsplit(text).scheme not in schemes or "://" not in text:
        raise InvalidSetting(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}.")
    return text


def _choice(values: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = values.get(name, "").strip() or default
    if text not in allowed:
        raise InvalidSetting(f"{name} must be one of {', '.join(allowed)}, not {text!r}.")
    return text


def _words(values: Mapping[str, str], name: str, default: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in (values.get(name) or default).split(",") if word.strip())


def _origins(values: Mapping[str, str]) -> tuple[str, ...]:
    origins = _words(values, "ALLOWED_ORIGINS", "http://localhost:*,http://127.0.0.1:*")
    for origin in origins:
        if not re.fullmatch(r"https?://[^/\s]+", origin):
            raise InvalidSetting(f"ALLOWED_ORIGINS must list origins such as https://chat.example.com, not {origin!r}.")
    return origins


def _folder(values: Mapping[str, str]) -> Path:
    folder = Path(values.get("PANDAR_VAR") or "var")
    folder = folder if folder.is_absolute() else ROOT / folder
    if folder.exists() and not folder.is_dir():
        raise InvalidSetting(f"PANDAR_VAR must name a folder, and {str(folder)!r} is a file.")
    return folder


def _secret_key(values: Mapping[str, str], debug: bool) -> str:
    key = values.get("SECRET_KEY", "")
    if not key and debug:
        return DEVELOPMENT_KEY
    if len(key) < SHORTEST_KEY:
        raise InvalidSetting("SECRET_KEY must be set to at least 50 random characters while DEBUG is off." if not debug
                             else "SECRET_KEY must be empty or have at least 50 characters.")
    return key
