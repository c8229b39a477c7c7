"""Django settings. What the environment decides is read and checked in `environment.py`."""
import sys
from datetime import timedelta

import dj_database_url

from foundation import logs
from pandarchat import environment
from pandarchat.services import addresses

try:
    env = environment.read()
    where = addresses.resolve(env)
    SECRET_KEY = env.secret_key or environment.installation_key(env.var)
except environment.InvalidSetting as error:
    sys.exit(f"Pandar Chat does not start: {error}")

BASE_DIR = environment.ROOT
SECRET_KEY_FALLBACKS = list(env.secret_key_fallbacks)  # still believed, no longer signed with
DEBUG = env.debug
ALLOWED_HOSTS = list(env.allowed_hosts)
ENCRYPTION_KEYS = list(env.encryption_keys)  # the first seals, the others are still read; see foundation/sealing.py
ALLOWED_ORIGINS = list(env.allowed_origins)
STRICT_TENANCY = DEBUG  # a query of a tenant table outside a unit of work raises; in production it is logged
RATE_LIMITS = env.rate_limits
PORT = env.port
TRUSTED_PROXIES = env.trusted_proxies
DRAIN_SECONDS = env.drain_seconds
METRICS_TOKEN = env.metrics_token
METRICS_PORT = env.metrics_port
PASSWORD_WORKERS = env.password_workers

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # first, so that `runserver` speaks WebSocket; others need not load Twisted
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "foundation",
    "accounts",
    "chat",
    "tickets",
    "journeys",
    "analytics",
    "pandarchat",
]

MIDDLEWARE = [
    "foundation.http.middleware.RequestContext",
    "foundation.http.policy.ContentSecurityPolicy",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "accounts.cookie.SessionCookie",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.AdminUnitOfWork",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
APPEND_SLASH = False
ROOT_URLCONF = "pandarchat.urls"
ASGI_APPLICATION = "pandarchat.asgi.application"
WSGI_APPLICATION = "pandarchat.wsgi.application"
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [BASE_DIR / "pandarchat" / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request",
        "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages",
    ]},
}]

# PostgreSQL: the product runs as the app role; `migrate` alone swaps in the owner's address.

DATABASE_OWNER_URL = where.database_owner_url
database = dj_database_url.parse(where.database_url, engine="foundation.postgresql")
NOTICES = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}  # a server that is gone
# psycopg's pools wait twice as long after each failed attempt, up to this; then whoever asks next begins anew, with a short wait.
DATABASE_RECONNECT_SECONDS = 3
DATABASES = {"default": {
    **database,
    "CONN_MAX_AGE": 0,
    "CONN_HEALTH_CHECKS": True,
    "DISABLE_SERVER_SIDE_CURSORS": True,  # outside a transaction a pooler would lose them
    "OPTIONS": {**NOTICES, **database.get("OPTIONS", {}), "pool": {
        "min_size": 1, "max_size": env.database_pool_size, "timeout": 10, "reconnect_timeout": DATABASE_RECONNECT_SECONDS}},
}}
DATABASE_PREPARE = env.database_prepare
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Redis: hints and the task queue; losing it loses no fact.
REDIS_URL = where.redis_url
CHANNEL_LAYERS = {"default": {"BACKEND": "foundation.layer.HintLayer", "CONFIG": {"hosts": [REDIS_URL]}}}

# Celery: late acknowledgement, so that a killed worker's task comes back; see docs/architecture.md.
CELERY_BROKER_URL = addresses.broker_url(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A task is under 60 s and idempotent, so a second delivery after 15 s is harmless and a lost worker is noticed soon.
    "visibility_timeout": 15,
    "unacked_restore_interval": 3,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
CELERY_TASK_PUBLISH_RETRY = False  # the sweep of deliveries repeats what Redis did not take
CELERY_BEAT_SCHEDULER = "pandarchat.beat:Scheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_TIMEZONE = "UTC"

# Accounts.
SHIPPED_ROLES = "pandarchat.roles.SHIPPED"
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.RoleBackend"]
PASSWORD_HASHERS = ["accounts.passwords.OwaspArgon2Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("email", "name")}},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCESS_LIFETIME = timedelta(minutes=10)
REFRESH_LIFETIME = timedelta(days=30)

# Mail: into files, or by a server.
PUBLIC_URL = env.public_url
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.mail_from
EMAIL_TIMEOUT = 10  # seconds
if env.mail_server is None:
    EMAIL_BACKEND = "foundation.mail.PrivateFiles"
    EMAIL_FILE_PATH = env.var / "mail"
else:
    EMAIL_HOST, EMAIL_PORT = env.mail_server.host, env.mail_server.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = env.mail_server.user, env.mail_server.password
    EMAIL_USE_TLS, EMAIL_USE_SSL = env.mail_server.security == "starttls", env.mail_server.security == "tls"

DEMO_PASSWORD = env.demo_password
LOGIN_URL = "admin:login"
SESSION_COOKIE_AGE = 12 * 60 * 60  # seconds; browser pages of staff
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"

# HTTPS is ended by the proxy in front; a developer's machine has none.
if env.behind_tls_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
CSRF_TRUSTED_ORIGINS = [origin for origin in ALLOWED_ORIGINS if origin.startswith("https://")]
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# Attachments: a folder, or a bucket that speaks S3. Each name is written once, and nobody gets an address in it.
FOLDER = {"BACKEND": "chat.attachments.files.Folder",
          "OPTIONS": {"location": env.media, "file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}}
BUCKET = {"BACKEND": "chat.attachments.bucket.Bucket",
          "OPTIONS": {"bucket_name": env.media_bucket, "endpoint_url": env.media_endpoint, "region_name": env.media_region,
                      "keys": env.media_keys}}
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    "attachments": BUCKET if env.media_bucket else FOLDER,
}

# The API.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
UPLOAD = "/api/v1/upload/"
LARGER_BODIES = {UPLOAD: 5 * 1024 * 1024 + 64 * 1024}  # bytes by path: a file, and what stands around it
PICTURE_WORKERS = env.picture_workers
HTTP_THREADS = env.database_pool_size
SOCKET_POOL_SIZE = max(2, env.database_pool_size // 2)
SUBSCRIBERS = "pandarchat.subscribers.SUBSCRIBERS"
GATHERED = "pandarchat.subscribers.GATHERED"

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.AccessToken", "accounts.api.authentication.BrowserSession"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["foundation.http.rendering.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["foundation.http.parsing.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "foundation.http.schema.EnvelopeSchema",
    "EXCEPTION_HANDLER": "foundation.http.errors.handle",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pandar Chat",
    "DESCRIPTION": "Support platform and gift card desk: tickets, queue and conversations over REST and WebSocket.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # a PATCH requires what its serializer requires, such as the version that was seen
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {"StatusEnum": "tickets.models.Status", "RunStatusEnum": "journeys.models.RunStatus",
                            "AllowedActionsEnum": ["take", "release", "transfer", "reassign", "change"],
                            "MessageActionEnum": ["edit", "delete"]},
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "pandarchat.openapi.add_frames"],
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]  # of letters, and of the pages where their links lead; the console has its own
LANGUAGE_COOKIE_NAME = "language"  # which the console writes
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
CONSOLE = BASE_DIR / "console" / "dist"  # what Vite built
STATIC_URL = "static/"
STATICFILES_DIRS = [("console/assets", CONSOLE / "assets")] if (CONSOLE / "assets").is_dir() else []
STATIC_ROOT = None if DEBUG else env.var / "static"  # while DEBUG is on, files are served from where they are
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"/console/assets/"  # Vite names them by their content

DEFAULT_EXCEPTION_REPORTER_FILTER = "foundation.http.reporting.Discreet"
CSRF_FAILURE_VIEW = "foundation.http.errors.csrf_failure"
LOGGING = logs.configuration(level=env.log_level, form=env.log_format)
