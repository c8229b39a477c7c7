"""`/healthz`: this process answers. `/readyz`: it can serve; what it can do without is named as degraded."""
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache, wraps

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from redis import Redis, RedisError

from foundation import draining, heartbeat
from foundation.http import errors
from foundation.http.errors import OUTAGES

BEAT_LATE = timedelta(seconds=60)
READ = ["GET", "HEAD"]
SECONDS = 1  # the longest wait for Redis


def for_reading(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """GET and HEAD; any other method is 405 in the envelope."""
    @csrf_exempt
    @wraps(view)
    def reading(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method in READ else errors.method_not_allowed(READ)

    return reading


@for_reading
def healthz(request: HttpRequest) -> HttpResponse:
    """200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


@for_reading
def readyz(request: HttpRequest) -> HttpResponse:
    """503 without the database, with migrations missing, or while it drains; 200 and `degraded` without Redis or without beat."""
    if draining.begun():
        response = JsonResponse({"status": "draining"}, status=503)
        response._has_been_logged = True  # type: ignore[attr-defined]  # Django would log an error for what is no fault
        return response
    parts = {"database": database(), "redis": "unknown", "beat": "unknown"}
    if parts["database"] != "ok":
        return JsonResponse({"status": "unavailable", **parts}, status=503)
    parts |= {"redis": redis(), "beat": beat()}
    return JsonResponse({"status": "ok" if set(parts.values()) == {"ok"} else "degraded", **parts})


def database() -> str:
    """`ok`, `away` or `migrations missing`."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return "ok" if migrated() else "migrations missing"
    except OUTAGES:
        return "away"


class NotMigrated(Exception):
    """Never cached, so that a finished migration is noticed."""


def migrated() -> bool:
    """Whether every migration of this code has been applied."""
    try:
        return _migrated()
    except NotMigrated:
        return False


@lru_cache(maxsize=1)
def _migrated() -> bool:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise NotMigrated
    return True


@lru_cache(maxsize=1)
def client() -> Redis:
    """A connection of its own, for asking whether Redis is there."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)


def redis() -> str:
    """`ok` or `away`."""
    try:
        client().ping()
    except (RedisError, OSError):
        return "away"
    return "ok"


def beat() -> str:
    """`ok` or `late`: whether beat and a worker together did something within the last minute."""
    age = heartbeat.age("beat")
    return "ok" if age is not None and age < BEAT_LATE else "late"
