"""All settings, from the environment and from files in the data folder. `docs/operate/settings.md` lists them."""

from __future__ import annotations

from pathlib import Path

from azukari.config import env

DATA = Path(env.text("AZUKARI_DATA", "data")).resolve()

SECRET_KEY = env.secret(DATA / "secret.key")
DEBUG = False
ALLOWED_HOSTS = env.words("AZUKARI_HOSTS", "localhost,127.0.0.1,[::1]")

# The server's half of every lock hangs on this file. It lies outside the databases and their backups.
AZUKARI_ROOT_KEY_FILE = Path(env.text("AZUKARI_ROOT_KEY_FILE", str(DATA / "root.key")))
# The signer of the record: its key, and what it signed last. The state must never come back from a backup.
AZUKARI_SIGNER_KEY_FILE = Path(env.text("AZUKARI_SIGNER_KEY_FILE", str(DATA / "signer.key")))
AZUKARI_SIGNER_STATE = Path(env.text("AZUKARI_SIGNER_STATE", str(DATA / "signer.sqlite3")))
# Where `azukari signer` listens when it runs as a process of its own; without it the server signs itself.
_SIGNER_SOCKET = env.text("AZUKARI_SIGNER_SOCKET", "")
AZUKARI_SIGNER_SOCKET = Path(_SIGNER_SOCKET) if _SIGNER_SOCKET else None
# Days after which no backup of the key store is left (security: a destroyed key must not come back).
AZUKARI_KEY_BACKUP_DAYS = env.number("AZUKARI_KEY_BACKUP_DAYS", 35, most=35)
# Where `azukari backup` writes, how many backups of the main database it keeps, after how many days without one it
# is said; and the role that may read all offices' rows of a PostgreSQL database (row-level security binds the other).
AZUKARI_BACKUPS = env.text("AZUKARI_BACKUPS", "")
AZUKARI_BACKUPS_KEPT = env.number("AZUKARI_BACKUPS_KEPT", 30)
AZUKARI_BACKUP_ALARM_DAYS = env.number("AZUKARI_BACKUP_ALARM_DAYS", 3)
AZUKARI_BACKUP_ROLE = (env.text("AZUKARI_BACKUP_USER", ""), env.text("AZUKARI_BACKUP_PASSWORD", ""))
# Which keys were destroyed for good: outside the databases, so that a restored one can be told.
AZUKARI_DISPOSALS = Path(env.text("AZUKARI_DISPOSALS", str(DATA / "disposals.log"))).resolve()
# How many proxies stand in front; the client's address is taken that many places from the right.
AZUKARI_PROXIES = env.number("AZUKARI_PROXIES", 0)
# Trial mode shows the demo logins on the login page. Never for real data.
AZUKARI_TRIAL = env.flag("AZUKARI_TRIAL")

# Mail goes out through this server; without one nothing is sent and invitations are printed.
_SMTP_HOST = env.text("AZUKARI_SMTP_HOST", "")
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _SMTP_HOST,
            "port": env.number("AZUKARI_SMTP_PORT", 587),
            "username": env.text("AZUKARI_SMTP_USER", ""),
            "password": env.text("AZUKARI_SMTP_PASSWORD", ""),
            "use_tls": env.flag("AZUKARI_SMTP_STARTTLS", "1"),
            "timeout": 20,
        },
    }
}
AZUKARI_MAIL_FROM = env.text("AZUKARI_MAIL_FROM", "") if _SMTP_HOST else ""
# The address people open, for letters, mails and passkeys. Empty: the one of the request.
AZUKARI_ADDRESS = env.text("AZUKARI_ADDRESS", "").rstrip("/")

# Who sends the letters to offices.
AZUKARI_OPERATOR_NAME = env.text("AZUKARI_OPERATOR_NAME", "あずかり 運営")
AZUKARI_OPERATOR_ADDRESS = env.text("AZUKARI_OPERATOR_ADDRESS", "")
AZUKARI_OPERATOR_TELEPHONE = env.text("AZUKARI_OPERATOR_TELEPHONE", "")

# Where files lie: a folder, or s3://bucket/prefix with the four settings of the store.
AZUKARI_FILES = env.text("AZUKARI_FILES", str(DATA / "files"))
AZUKARI_S3 = {
    "endpoint": env.text("AZUKARI_S3_ENDPOINT", ""),
    "region": env.text("AZUKARI_S3_REGION", ""),
    "key": env.text("AZUKARI_S3_KEY", ""),
    "secret": env.text("AZUKARI_S3_SECRET", ""),
}
# The virus scanner (ClamAV): unix:/path/clamd.ctl or tcp:host:port. Without one every file is shown as 未検査.
AZUKARI_SCANNER = env.text("AZUKARI_SCANNER", "")

# A time-stamping authority (RFC 3161) for certificates, and the file with the roots it is trusted by. Optional.
AZUKARI_TSA = env.text("AZUKARI_TSA", "")
AZUKARI_TSA_ROOT = env.text("AZUKARI_TSA_ROOT", "")

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "azukari.store.apps.StoreConfig",
    "azukari.journal.apps.JournalConfig",
    "azukari.tenancy.apps.TenancyConfig",
    "azukari.roster.apps.RosterConfig",
    "azukari.vault.apps.VaultConfig",
    "azukari.exchange.apps.ExchangeConfig",
    "azukari.intake.apps.IntakeConfig",
    "azukari.oversight.apps.OversightConfig",
    "azukari.ui.apps.UiConfig",
    "azukari.entrance.apps.EntranceConfig",
    "azukari.office.apps.OfficeConfig",
    "azukari.portal.apps.PortalConfig",
    "azukari.personal.apps.PersonalConfig",
    "azukari.operator.apps.OperatorConfig",
    "azukari.ops.apps.OpsConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "azukari.ui.middleware.headers",
    "azukari.entrance.middleware.DoorSessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "azukari.entrance.middleware.session_frame",
    "azukari.entrance.middleware.ErrorsMiddleware",
]

ROOT_URLCONF = "azukari.config.urls"
WSGI_APPLICATION = "azukari.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "azukari.office.context.layout",
                "azukari.portal.context.layout",
                "azukari.operator.context.layout",
            ],
        },
    }
]

DATABASES = {
    "default": env.database("AZUKARI_DATABASE", DATA / "azukari.sqlite3"),
    # The wrapped record keys live apart, with backups of their own that end early (security.md 2.6).
    "keys": env.database("AZUKARI_KEYS_DATABASE", DATA / "keys.sqlite3"),
}
DATABASE_ROUTERS = ["azukari.store.router.KeyStoreRouter"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "tenancy.Account"
PASSWORD_HASHERS = ["azukari.store.password.Argon2idHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "office:login"

LANGUAGE_CODE = "ja"
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True

# Uploads stay in memory: a temporary file would hold My Numbers in the clear on the disk.
FILE_UPLOAD_HANDLERS = ["azukari.entrance.form_files.LimitedMemoryUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# In the session, not in a cookie: a message may name a person.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SESSION_ENGINE = "azukari.tenancy.actions.sessions"
SESSION_COOKIE_NAME = "__Host-azukari"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = "__Host-azukari-csrf"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "azukari.ui.error_pages.csrf_failure"
# Loopback is a secure context to a browser; any other host must come through TLS.
CSRF_TRUSTED_ORIGINS = env.words("AZUKARI_ORIGINS", "")

SECURE_CONTENT_TYPE_NOSNIFF = True
# no-referrer would make browsers send "Origin: null" with forms, which CSRF protection must refuse.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if AZUKARI_PROXIES else None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "frame-ancestors": ["'none'"],
    "base-uri": ["'none'"],
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    # Second line of defence only: nothing of ours logs values, but a library might.
    "filters": {"mask": {"()": "azukari.config.logs.MaskNumbers"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["mask"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"azukari": {"level": "INFO"}, "django.db.backends": {"level": "WARNING"}},
}
