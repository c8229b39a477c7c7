"""Settings by environment: read once, checked here, each failure one clear sentence."""
import base64
import ipaddress
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg
import redis
from psycopg import conninfo

ROOT = Path(__file__).resolve().parent.parent
ON = {"on", "true", "yes", "1"}
ENCRYPTION_KEY = 32  # bytes: AES-256
URL_SAFE = str.maketrans("-_", "+/")
SHORTEST_KEY, FEWEST_CHARACTERS = 50, 5  # as Django's deployment check asks
HOST = r"([A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\])"  # a name, an IPv4 address, or [an IPv6 address]
OFF = {"off", "false", "no", "0"}


class InvalidSetting(Exception):
    """A setting that stops the start; its text is one sentence for the operator."""


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    security: str  # none, starttls or tls


@dataclass(frozen=True)
class Environment:
    """What the environment decides. URLs are None where the embedded services are meant, the key where the installation's own is."""

    debug: bool
    secret_key: str | None
    secret_key_fallbacks: tuple[str, ...]
    encryption_keys: tuple[bytes, ...]
    port: int
    var: Path
    rate_limits: bool
    database_url: str | None
    database_owner_url: str | None
    database_backup_url: str | None
    redis_url: str | None
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    database_pool_size: int
    database_prepare: str
    password_workers: int
    picture_workers: int
    media: Path
    media_bucket: str | None
    media_endpoint: str | None
    media_region: str | None
    media_keys: tuple[str, str] | None
    demo_password: str
    log_level: str
    log_format: str
    behind_tls_proxy: bool
    trusted_proxies: int
    host: str
    drain_seconds: int
    metrics_token: str | None
    metrics_port: int | None
    mail_server: MailServer | None
    mail_from: str
    public_url: str


def read(values: Mapping[str, str] = os.environ) -> Environment:
    """The environment as settings; raises InvalidSetting with one sentence."""
    debug = _switch(values, "DEBUG", True)
    var = _folder(values, "PANDAR_VAR", ROOT / "var")
    behind_tls_proxy = _switch(values, "BEHIND_TLS_PROXY", not debug)
    return Environment(
        debug=debug,
        secret_key=_secret_key(values, debug),
        secret_key_fallbacks=_secret_key_fallbacks(values),
        encryption_keys=_encryption_keys(values),
        port=_number(values, "PANDAR_PORT", 8000, 1, 65535),
        var=var,
        rate_limits=_switch(values, "PANDAR_RATE_LIMITS", True),
        database_url=_postgresql(values, "DATABASE_URL"),
        database_owner_url=_postgresql(values, "DATABASE_OWNER_URL"),
        database_backup_url=_postgresql(values, "DATABASE_BACKUP_URL"),
        redis_url=_redis(values, "REDIS_URL"),
        allowed_hosts=_hosts(values),
        allowed_origins=_origins(values),
        database_pool_size=_number(values, "DATABASE_POOL_SIZE", 12, 2, 500),
        database_prepare=_choice(values, "DATABASE_PREPARE", "auto", ("auto", "on", "off")),
        password_workers=_number(values, "PASSWORD_WORKERS", 2, 1, 64),
        picture_workers=_number(values, "PICTURE_WORKERS", 1, 1, 64),
        media=_folder(values, "PANDAR_MEDIA", var / "media"),
        media_bucket=_bucket(values),
        media_endpoint=_url(values, "MEDIA_S3_ENDPOINT", ("https", "http")),
        media_region=values.get("MEDIA_S3_REGION", "").strip() or None,
        media_keys=_media_keys(values),
        demo_password=values.get("DEMO_PASSWORD") or "pandar-demo",
        log_level=_choice(values, "LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        log_format=_choice(values, "LOG_FORMAT", "json", ("json", "text")),
        behind_tls_proxy=behind_tls_proxy,
        trusted_proxies=_number(values, "TRUSTED_PROXIES", int(behind_tls_proxy), 0, 10),
        host=_address(values, "PANDAR_HOST", "127.0.0.1"),
        drain_seconds=_number(values, "DRAIN_SECONDS", 0, 0, 300),
        metrics_token=_metrics_token(values),
        metrics_port=_metrics_port(values),
        mail_server=_mail_server(values),
        mail_from=_mail_from(values),
        public_url=_public_url(values, debug),
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
    if not re.fullmatch(r"[0-9]{1,9}", text) or not least <= int(text) <= most:
        raise InvalidSetting(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _url(values: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str | None:
    """An address of a host and a port; what stands in it is told to nobody, as it may be a password."""
    text = values.get(name, "").strip()
    if not text:
        return None
    if text.partition("://")[0] not in schemes or "://" not in text:
        raise InvalidSetting(f"{name} must begin with {' or '.join(s + '://' for s in schemes)}.")
    try:
        _ = urlsplit(text).port
    except ValueError:
        raise InvalidSetting(f"{name} must name one host and its port, a number up to 65535, as in {schemes[0]}://host:1234/.") from None
    return text


def _postgresql(values: Mapping[str, str], name: str) -> str | None:
    text = _url(values, name, ("postgres", "postgresql"))
    if text is None:
        return None
    try:
        options = conninfo.conninfo_to_dict(text)
        conninfo.timeout_from_conninfo(options)
    except psycopg.Error as error:
        reason = str(error).partition(': "')[0].strip()  # what follows is quoted from the address
        raise InvalidSetting(f"{name} is not an address that PostgreSQL knows: {reason}.") from None
    if options.get("dbname") != unquote(urlsplit(text).path.removeprefix("/")):
        raise InvalidSetting(f"{name} must name the database after the host, as in postgresql://user:password@host/pandar.")
    return text


def _redis(values: Mapping[str, str], name: str) -> str | None:
    text = _url(values, name, ("redis", "rediss", "unix"))
    if text is None:
        return None
    try:
        redis.ConnectionPool.from_url(text).make_connection()  # which opens nothing yet
    except (ValueError, TypeError, redis.RedisError):
        raise InvalidSetting(f"{name} has an option that Redis does not know, or whose value it does not take.") from None
    if not text.startswith("unix") and not re.fullmatch(r"/?|/[0-9]+", urlsplit(text).path):
        raise InvalidSetting(f"{name} must name the database by its number, as in redis://host:6379/0.")
    return text


def _address(values: Mapping[str, str], name: str, default: str) -> str:
    text = values.get(name, "").strip() or default
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        raise InvalidSetting(f"{name} must be an IP address to listen at, such as 127.0.0.1 or 0.0.0.0, not {text!r}.") from None


def _metrics_token(values: Mapping[str, str]) -> str | None:
    token = values.get("PANDAR_METRICS_TOKEN", "").strip()
    if token and not re.fullmatch(r"[A-Za-z0-9._~+/=-]{20,}", token):
        raise InvalidSetting("PANDAR_METRICS_TOKEN must have at least 20 characters, letters, digits and ._~+/=- alone.")
    return token or None


def _metrics_port(values: Mapping[str, str]) -> int | None:
    """Whose children's counters meet in a folder; prometheus-client reads its name from the environment as soon as it is imported."""
    folder = values.get("PROMETHEUS_MULTIPROC_DIR", "").strip()
    if folder and not os.path.isdir(folder):
        raise InvalidSetting(f"PROMETHEUS_MULTIPROC_DIR must name a folder that exists, which {folder!r} is not.")
    if not values.get("PANDAR_METRICS_PORT", "").strip():
        return None
    if not folder:
        raise InvalidSetting("PANDAR_METRICS_PORT needs PROMETHEUS_MULTIPROC_DIR, an empty folder in which a worker's processes meet.")
    return _number(values, "PANDAR_METRICS_PORT", 0, 1, 65535)


def _choice(values: Mapping[str, str], name: str, default: str, allowed: tuple[str, ...]) -> str:
    text = values.get(name, "").strip() or default
    if text not in allowed:
        raise InvalidSetting(f"{name} must be one of {', '.join(allowed)}, not {text!r}.")
    return text


MAIL = {"smtp": (25, "none"), "smtp+starttls": (587, "starttls"), "smtps": (465, "tls")}  # the usual port, and what is encrypted


def _mail_server(values: Mapping[str, str]) -> MailServer | None:
    text = _url(values, "EMAIL_URL", tuple(MAIL))
    if text is None:
        return None
    parts = urlsplit(text)
    if not parts.hostname or parts.path.strip("/") or parts.query:
        raise InvalidSetting("EMAIL_URL must name a mail server and nothing more, as in smtp+starttls://user:password@example.com:587.")
    port, security = MAIL[parts.scheme]
    return MailServer(parts.hostname, parts.port or port, unquote(parts.username or ""), unquote(parts.password or ""), security)


def _mail_from(values: Mapping[str, str]) -> str:
    text = values.get("MAIL_FROM", "").strip() or "Pandar Chat <no-reply@localhost>"
    if not re.fullmatch(r"[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+", text):
        raise InvalidSetting(f"MAIL_FROM must be an address, or a name and an address in angle brackets, not {text!r}.")
    return text


def _public_url(values: Mapping[str, str], debug: bool) -> str:
    """Where people find this site: links in mails are made of it, and of nothing that a request says."""
    text = values.get("PUBLIC_URL", "").strip().rstrip("/")
    if not text:
        host = _hosts(values)[0].lstrip(".")
        return f"http://localhost:{_number(values, 'PANDAR_PORT', 8000, 1, 65535)}" if debug or host == "*" else f"https://{host}"
    if not re.fullmatch(rf"https?://{HOST}(:[0-9]{{1,5}})?", text):
        raise InvalidSetting(f"PUBLIC_URL must be the address of this site without a path, such as https://chat.example.com, not {text!r}.")
    return text


def _words(values: Mapping[str, str], name: str, default: str, form: re.Pattern[str], example: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in (values.get(name, "").strip() or default).split(",") if word.strip())
    if not words:
        raise InvalidSetting(f"{name} must name at least one, such as {example}.")
    for word in words:
        if not form.fullmatch(word):
            raise InvalidSetting(f"{name} must list names such as {example}, not {word!r}.")
    return words


def _hosts(values: Mapping[str, str]) -> tuple[str, ...]:
    return _words(values, "ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", re.compile(rf"\*|\.?{HOST}"), "chat.example.com")


def _origins(values: Mapping[str, str]) -> tuple[str, ...]:
    port = r"6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]?\d{1,4}"
    form = re.compile(rf"https?://{HOST}(:(\*|{port}))?", re.ASCII)
    return _words(values, "ALLOWED_ORIGINS", "http://localhost:*,http://127.0.0.1:*", form, "https://chat.example.com")


def _folder(values: Mapping[str, str], name: str, default: Path) -> Path:
    folder = ROOT / (values.get(name) or default)
    for path in (folder, *folder.parents):
        if os.path.exists(path) and not os.path.isdir(path):  # unlike Path's, these do not raise where the way is barred
            raise InvalidSetting(f"{name} must name a folder, and {str(path)!r} is a file.")
    return folder


def _bucket(values: Mapping[str, str]) -> str | None:
    name = values.get("MEDIA_S3_BUCKET", "").strip()
    if name and not re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name):
        raise InvalidSetting("MEDIA_S3_BUCKET must name a bucket: 3 to 63 small letters, digits, dots and hyphens.")
    return name or None


def _media_keys(values: Mapping[str, str]) -> tuple[str, str] | None:
    key, secret = (values.get(name, "").strip() for name in ("MEDIA_S3_ACCESS_KEY", "MEDIA_S3_SECRET_KEY"))
    if bool(key) != bool(secret):
        raise InvalidSetting("MEDIA_S3_ACCESS_KEY and MEDIA_S3_SECRET_KEY must be set together, or neither of them.")
    return (key, secret) if key else None


def _secret_key(values: Mapping[str, str], debug: bool) -> str | None:
    key = values.get("SECRET_KEY", "")
    if not key and debug:
        return None
    if not _strong(key):
        raise InvalidSetting(f"SECRET_KEY must {'be empty or' if debug else 'be set to a random text while DEBUG is off; it must'} "
                             f"have at least {SHORTEST_KEY} characters, {FEWEST_CHARACTERS} of them different.")
    return key


def _secret_key_fallbacks(values: Mapping[str, str]) -> tuple[str, ...]:
    keys = tuple(key.strip() for key in values.get("SECRET_KEY_FALLBACKS", "").split(",") if key.strip())
    if not all(map(_strong, keys)):
        raise InvalidSetting(f"SECRET_KEY_FALLBACKS must list whole keys, separated by commas; each has at least {SHORTEST_KEY} "
                             f"characters, {FEWEST_CHARACTERS} of them different.")
    return keys


def _encryption_keys(values: Mapping[str, str]) -> tuple[bytes, ...]:
    texts = [text.strip() for text in values.get("ENCRYPTION_KEYS", "").split(",") if text.strip()]
    try:
        keys = tuple(base64.b64decode(text.translate(URL_SAFE) + "=" * (-len(text) % 4), validate=True) for text in texts)
    except ValueError:
        keys = (b"",)
    if any(len(key) != ENCRYPTION_KEY for key in keys):
        raise InvalidSetting(f"ENCRYPTION_KEYS must list keys of {ENCRYPTION_KEY} random bytes in base64, separated by commas, as made by "
                             f"openssl rand -base64 {ENCRYPTION_KEY}.")
    return keys


def _strong(key: str) -> bool:
    return len(key) >= SHORTEST_KEY and len(set(key)) >= FEWEST_CHARACTERS


def installation_key(var: Path) -> str:
    """The key of this installation, kept in `var/secret-key`: made once, whoever comes first; raises InvalidSetting."""
    file = var / "secret-key"
    try:
        if not file.exists():
            make_folder(var)
            _keep(file, secrets.token_urlsafe(SHORTEST_KEY))
        key = file.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSetting(f"{file} cannot be made or read ({error}); set SECRET_KEY, or PANDAR_VAR to another folder.") from None
    if not _strong(key):
        raise InvalidSetting(f"{file} holds no key; remove it, and a new one is made (everybody signs in again).")
    return key


def _keep(file: Path, text: str) -> None:
    """Under a name of its own (mode 0600, O_EXCL) and then linked, so that nobody reads half of it and a second one changes nothing."""
    handle, own = tempfile.mkstemp(prefix="secret-key.", dir=file.parent)
    try:
        with os.fdopen(handle, "w") as output:
            output.write(text)
            output.flush()
            os.fsync(output.fileno())
        os.link(own, file)
    except FileExistsError:  # another process was first; its key is the one
        pass
    finally:
        os.unlink(own)


def make_folder(var: Path) -> None:
    """Make PANDAR_VAR where it is missing; raises InvalidSetting where it cannot be used."""
    try:
        var.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidSetting(f"PANDAR_VAR must name a folder that exists or can be made, not {str(var)!r} ({error.strerror}).") from None
    if not os.access(var, os.W_OK | os.X_OK):
        raise InvalidSetting(f"PANDAR_VAR must name a folder that we may write to, which {str(var)!r} is not.")
