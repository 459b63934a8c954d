"""Every setting of engage, typed. The only reader of the environment.

Longer than other files, since the top level has this one place for settings; mail has classes of its own.
"""

import os
import secrets
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

INBOX_LOCAL_PART_MAX = 22  # as engage.domain.mail_addresses has it, which fills up the 64 octets that RFC 5321 allows
# Ours: a worker's last batch takes a lease at most, and has to end within the limit of its task (worker.app).
LEASE_MAX_SECONDS = 300
MAIL_LARGEST = 40 * 1024 * 1024  # as engage.incoming.mail has it: of a larger mail it reads no words
SESSION_IDLE_SECONDS = 8 * 3600  # Ours: a working day. Each page that is asked for begins it anew.


class UnsafeSetting(ValueError):
    """A setting is missing or unsafe for the way engage is started; the text names it and the remedy."""


class MailSettings(BaseSettings):
    """What an operator may set about notices and how they leave."""

    MAIL: Literal["files", "smtp"] = Field("files", description="Road of e-mail: files in VAR/mail, or SMTP.")
    MAIL_FROM: str = Field("engage@localhost.localdomain", description="Sender address of every mail.")
    MAIL_INBOX: str | None = Field(
        None,
        description="Address that engage reads, plus-addressing must work; with it answers and delivery reports come "
        "back; without it mails ask not to be answered.",
    )
    DKIM_DOMAIN: str | None = Field(
        None, description="Domain that signs our mails with DKIM; without it they are not signed."
    )
    DKIM_SELECTOR: str | None = Field(None, description="Name under which the key of DKIM stands in the DNS.")
    DKIM_KEY: Path | None = Field(
        None, description="PEM file of the private key of DKIM, RSA or Ed25519, that only the worker's user may read."
    )
    SMTP_HOST: str = Field("127.0.0.1", description="SMTP server.")
    SMTP_PORT: int = Field(25, ge=1, le=65535, description="SMTP port.")
    SMTP_USER: str | None = Field(None, description="SMTP sign-in name; without it no sign-in.")
    SMTP_PASSWORD: SecretStr | None = Field(None, description="SMTP password.")
    SMTP_SECURITY: Literal["none", "starttls", "tls"] = Field(
        "none", description="How the SMTP connection is protected."
    )
    SMTP_TIMEOUT_SECONDS: int = Field(30, gt=0, description="Longest wait for the SMTP server; stays below the lease.")
    SMS_GATEWAY: str | None = Field(
        None,
        description="Gateway of text messages: twilio, africas-talking, generic, or the path of a recipe of your own; "
        "without it nobody gets texts.",
    )
    SMS_URL: str | None = Field(None, description="Where texts are handed over, if not where the recipe says.")
    SMS_USER: str | None = Field(None, description="Our name at the gateway, where its recipe asks for one.")
    SMS_SECRET: SecretStr | None = Field(None, description="Our password, key or token at the gateway.")
    SMS_FROM: str = Field("", description="Number or name that texts come from.")
    SMS_WEBHOOK_SECRET: SecretStr | None = Field(
        None, description="Secret by which the gateway signs its reports and the texts that people send."
    )
    SMS_TIMEOUT_SECONDS: float = Field(20, gt=0, description="Longest wait for the gateway; stays below the lease.")
    SMS_THREAD_DAYS: int = Field(
        90, ge=1, description="Days in which a text that comes back finds the case that was written about."
    )
    OUTBOX_LEASE_SECONDS: float = Field(
        300, gt=0, le=LEASE_MAX_SECONDS, description="How long a claimed notice belongs to one worker, 300 at most."
    )
    OUTBOX_BACKOFF_SECONDS: float = Field(
        60, gt=0, description="First wait before a notice is tried again; it doubles."
    )
    OUTBOX_BACKOFF_MAX_SECONDS: float = Field(
        6 * 3600, gt=0, description="Longest wait before a notice is tried again."
    )
    OUTBOX_BATCH: int = Field(20, ge=1, description="Notices claimed at a time.")
    OUTBOX_MAX_ATTEMPTS: int = Field(8, ge=1, description="Failures of its own after which a notice may be given up.")
    OUTBOX_DEAD_AFTER_HOURS: float = Field(72, ge=0, description="Age before which no notice is given up for failures.")
    QUIET_HOURS: str = Field(
        "21:00-07:00",
        pattern=r"^((([01]\d|2[0-3]):[0-5]\d)-(([01]\d|2[0-3]):[0-5]\d))?$",
        description="Hours at the site in which no person is woken by a notice who chose no hours of their own, save "
        "for danger, levels 4 and 5, what they just asked for and a promise that would be broken; empty for none.",
    )
    NEWS_GATHER_MINUTES: float = Field(
        10, ge=0, description="How long news to a person waits, so that what follows it goes in the same notice."
    )
    NEWS_AGAIN_DAYS: float = Field(
        7,
        ge=0,
        description="How long a person who has not looked at the last news is told of nothing but more than news; 0 "
        "tells of each by itself.",
    )
    OUTBOX_HOURLY_MAX: int = Field(
        2_000,
        ge=0,
        description="Notices that may leave by one road within an hour; the rest waits and an error is logged. The "
        "last tenth is kept for urgent ones. 0 for no ceiling.",
    )
    OUTBOX_READER_HOURLY_MAX: int = Field(
        100, ge=0, description="Notices one reader may get within an hour, twice as many urgent ones. 0 for no ceiling."
    )
    ALARM_URL: SecretStr | None = Field(
        None,
        description="Address that gets a POST with a few codes when notices cannot be delivered, and when they can "
        "again; https, of a road that is not our mail server.",
    )
    ALARM_COMMAND: str | None = Field(
        None,
        description="Program with its arguments that is run at the same moments; it reads the same JSON from its "
        "standard input. No shell reads the line.",
    )
    ALARM_AGAIN_HOURS: float = Field(4, gt=0, description="After how long an alarm that lasts is given again.")
    ALARM_OWED_MINUTES: float = Field(60, gt=0, description="Age of a notice that is owed at which it is an alarm.")
    ALARM_DOWN_MINUTES: float = Field(
        15, gt=0, description="How long nothing may leave by a road before it is an alarm."
    )
    ALARM_DEAD: int = Field(10, ge=0, description="Notices of one day that were given up, above which it is an alarm.")

    def check_mail(self) -> None:
        """Let settings pass that reach real people.

        Raises:
            UnsafeSetting: naming the variable and the remedy.
        """
        if self.MAIL != "smtp":
            raise UnsafeSetting(
                "ENGAGE_MAIL=files writes mails to a folder, so nobody would hear from us. "
                "Set ENGAGE_MAIL=smtp with ENGAGE_SMTP_HOST, ENGAGE_SMTP_PORT and ENGAGE_MAIL_FROM."
            )
        if self.MAIL_FROM.endswith("localdomain"):
            raise UnsafeSetting("ENGAGE_MAIL_FROM has no real address. Set it to an address that people can answer.")
        if not _is_address(parseaddr(self.MAIL_FROM)[1]):
            raise UnsafeSetting("ENGAGE_MAIL_FROM is no address. Set it to one like concerns@example.org.")
        if self.MAIL_INBOX is not None:
            if not _is_address(self.MAIL_INBOX):
                raise UnsafeSetting("ENGAGE_MAIL_INBOX is no address. Set it to one like answers@example.org.")
            if len(self.MAIL_INBOX.rpartition("@")[0]) > INBOX_LOCAL_PART_MAX:
                raise UnsafeSetting(
                    f"ENGAGE_MAIL_INBOX has more than {INBOX_LOCAL_PART_MAX} letters before the @, so no code fits "
                    "behind them. Choose a shorter one."
                )
        self._check_dkim()
        if self.ALARM_URL is not None and not _is_safe_to_call(self.ALARM_URL.get_secret_value()):
            raise UnsafeSetting("ENGAGE_ALARM_URL is not https, so anybody on the way could read it. Use https.")

    def _check_dkim(self) -> None:
        if not (self.DKIM_DOMAIN or self.DKIM_SELECTOR or self.DKIM_KEY):
            return
        if not (self.DKIM_DOMAIN and self.DKIM_SELECTOR and self.DKIM_KEY):
            raise UnsafeSetting("DKIM needs all of ENGAGE_DKIM_DOMAIN, ENGAGE_DKIM_SELECTOR and ENGAGE_DKIM_KEY.")
        own = parseaddr(self.MAIL_FROM)[1].rpartition("@")[2].lower()
        if own != self.DKIM_DOMAIN.lower() and not own.endswith(f".{self.DKIM_DOMAIN.lower()}"):
            raise UnsafeSetting(
                "ENGAGE_DKIM_DOMAIN is not the domain of ENGAGE_MAIL_FROM or above it, so the signature would count "
                "for nothing (DMARC). Set both to one domain."
            )
        if self.DKIM_KEY.exists() and self.DKIM_KEY.stat().st_mode & 0o077:
            raise UnsafeSetting("Other accounts of this machine can read ENGAGE_DKIM_KEY. Give it the mode 600.")


class InboundSettings(BaseSettings):
    """What an operator may set about mail that comes in."""

    MAIL_MAX_BYTES: int = Field(
        MAIL_LARGEST,
        ge=1,
        le=MAIL_LARGEST,
        description="Largest mail that is taken in; at most this, since nothing but the head of a larger one is read.",
    )
    MAIL_CASES_PER_HOUR: int = Field(
        5,
        ge=1,
        description="Concerns that one sender can raise by mail in an hour; a human looks at more of them first. What "
        "one program passes on beyond it waits behind all other mail.",
    )
    MAIL_RAW_DAYS: int = Field(
        30, ge=1, description="Days for which a mail is kept as it came, sealed, after it was dealt with."
    )
    IMAP_HOST: str | None = Field(None, description="IMAP server that MAIL_INBOX is fetched from; without it none is.")
    IMAP_PORT: int = Field(993, ge=1, le=65535, description="IMAP port.")
    IMAP_SECURITY: Literal["none", "starttls", "tls"] = Field(
        "tls", description="How the IMAP connection is protected."
    )
    IMAP_USER: str | None = Field(None, description="IMAP sign-in name.")
    IMAP_PASSWORD: SecretStr | None = Field(None, description="IMAP password.")
    IMAP_FOLDER: str = Field("INBOX", description="IMAP folder that is fetched.")
    IMAP_DONE_FOLDER: str | None = Field(
        None, description="IMAP folder that fetched mails are moved to; without it they stay, marked as read."
    )
    IMAP_POLL_SECONDS: float = Field(
        60, gt=0, description="How often mail is fetched where the server does not say by itself that some came."
    )
    IMAP_TIMEOUT_SECONDS: float = Field(30, gt=0, description="Longest wait for the IMAP server.")
    LMTP_LISTEN: str | None = Field(
        None,
        pattern=r"^(/.+|[^/:]+:[0-9]+)$",
        description="Where `flask engage lmtp` listens for a mail server on this machine: the path of a socket, or "
        "host:port; without it nowhere.",
    )


class Settings(MailSettings, InboundSettings):
    """What an operator may set, as environment variables with the prefix ENGAGE_."""

    model_config = SettingsConfigDict(env_prefix="ENGAGE_", frozen=True, hide_input_in_errors=True, extra="ignore")

    MODE: Literal["run", "serve"] = Field("serve", description="`run` is the demonstration, `serve` the product.")
    VAR: Path = Field(Path("var"), description="Folder for everything that is written: database, queue, files, keys.")
    HOST: str = Field("127.0.0.1", description="Address the web server listens on.")
    PORT: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    PUBLIC_URL: str | None = Field(
        None, description="Address people use, for links in mails; https turns on secure cookies."
    )
    OTHER_HOSTS: str = Field(
        "",
        description="Further host names people use, such as an onion address, with spaces between; others are refused.",
    )
    DATABASE_URL: SecretStr | None = Field(None, description="SQLAlchemy address; without it SQLite in the VAR folder.")
    BROKER_URL: SecretStr | None = Field(
        None, description="Celery broker, redis:// or amqp://; without it folders in VAR."
    )
    SECRET_KEY: SecretStr | None = Field(None, description="Root secret; without it a generated file in VAR, mode 600.")
    FORMER_SIGNING_KEYS: str = Field(
        "",
        pattern=r"^([0-9a-f]{64}( +[0-9a-f]{64})*)?$",
        description="Public keys, with spaces between, that signed checkpoints before the root secret was changed; any "
        "other than these and the present one is named by `verify`.",
    )
    KEY_RING: Path | None = Field(
        None, description="File of the keys that wrap the keys of cases; without it key-ring.json in VAR, mode 600."
    )
    LANE_KEYS: Path | None = Field(
        None,
        description="File of the keys that wrap the keys of the restricted lane, apart from the one above; without it "
        "lane-keys.json in VAR, mode 600.",
    )
    WORKER_KEYS: Path | None = Field(
        None, description="Folder of the worker's private keys, which web servers need not reach; without it VAR."
    )
    LIMITS_URL: SecretStr | None = Field(
        None, description="Store of the request limits, redis://; without it in memory."
    )
    TRUSTED_PROXIES: int = Field(
        0, ge=0, description="Proxies in front whose X-Forwarded-For, -Proto and -Host are believed."
    )
    WEB_PROCESSES: int = Field(2, ge=1, description="Web server processes.")
    WEB_THREADS: int = Field(2, ge=1, description="Requests each web process serves at once.")
    SWEEP_SECONDS: float = Field(60, gt=0, description="How often the outbox is swept.")
    ESCALATE_SECONDS: float = Field(
        300, gt=0, description="How often deadlines, reminders and the ladder are looked at."
    )
    POLL_SECONDS: float = Field(0.1, gt=0, description="How often a worker looks into the folder queue.")
    FILE_MAX_BYTES: int = Field(15 * 1024 * 1024, ge=0, description="Largest file accepted.")
    CLAMD: str | None = Field(
        None,
        pattern=r"^(/.+|[^/:]+:[0-9]+)$",
        description="ClamAV's daemon, which looks at files for programs that do harm: the path of its socket, or "
        "host:port; without it nobody looks.",
    )
    CLAMD_SECONDS: float = Field(
        20, gt=0, description="Longest wait for ClamAV's daemon; then a file waits, not its sender."
    )
    FILES_MAX: int = Field(10, ge=0, description="Most files in one form.")
    FORM_MAX_BYTES: int = Field(4 * 1024 * 1024, ge=1, description="Largest form without its files.")
    FONTS: Path | None = Field(
        None, description="Folder of the fonts of files to print; without it engage/fonts, which `make build` fills."
    )
    RETENTION_AUTO_DAYS: int | None = Field(
        None,
        ge=1,
        description="Days after which a prepared run of the retention schedule goes ahead without a second "
        "administrator; without it a second one has to approve.",
    )
    BACKUPS_KEPT_DAYS: int | None = Field(
        None, ge=1, description="How long your backups are kept; check-config warns where it is more than 90 days."
    )
    OIDC_ISSUER: str | None = Field(
        None, description="Address of the OpenID provider for single sign-on of staff; without it there is none."
    )
    OIDC_CLIENT_ID: str | None = Field(None, description="Our name at the OpenID provider.")
    OIDC_CLIENT_SECRET: SecretStr | None = Field(None, description="Our secret at the OpenID provider.")
    OIDC_NAME: str = Field("single sign-on", description="What staff call the provider: it stands on the button.")
    OIDC_ROLE_CLAIM: str | None = Field(
        None, description="Claim of the ID token whose values stand for roles; without it roles are given here alone."
    )
    OIDC_ROLES: Path | None = Field(
        None, description="TOML file that says which value of the claim stands for which role at which site."
    )
    OIDC_ACR: str = Field(
        "", description="Values of `acr`, with spaces between, that say a second factor was asked for; besides amr=mfa."
    )
    OIDC_PASSWORDS: Literal["everybody", "administrators", "nobody"] = Field(
        "everybody", description="Who may sign in with a password where there is single sign-on."
    )
    LOG_LEVEL: str = Field("INFO", description="Least serious log line that is written.")
    METRICS_TOKEN: SecretStr | None = Field(
        None, description="Bearer token of /metrics; without it the page is closed."
    )

    @property
    def root_secret(self) -> bytes:
        """The root secret: the setting, or the file in VAR that is made on first use with mode 600."""
        if self.SECRET_KEY is not None:
            return self.SECRET_KEY.get_secret_value().encode()
        return self._secret_file("secret.key")

    def _secret_file(self, name: str) -> bytes:
        """Return the file's content, making it once even if several processes ask at the same time."""
        path = self.VAR / name
        if not path.exists():
            self.VAR.mkdir(mode=0o700, parents=True, exist_ok=True)
            own = path.with_name(f"{name}.{secrets.token_hex(8)}")
            descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_urlsafe(48).encode())
            try:
                os.link(own, path)  # fails if another process was first; then its file counts
            except FileExistsError:
                pass
            finally:
                own.unlink()
        return path.read_bytes()

    @property
    def key_ring(self) -> Path:
        """The file of the keys that wrap the keys of cases."""
        return self.KEY_RING or self.VAR / "key-ring.json"

    @property
    def lane_keys(self) -> Path:
        """The file of the keys that wrap the keys of the restricted lane."""
        return self.LANE_KEYS or self.VAR / "lane-keys.json"

    @property
    def worker_keys(self) -> Path:
        """The folder of the worker's private keys."""
        return self.WORKER_KEYS or self.VAR

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address in force."""
        if self.DATABASE_URL is not None:
            return self.DATABASE_URL.get_secret_value()
        return f"sqlite:///{(self.VAR / 'engage.db').resolve()}"

    @property
    def broker_url(self) -> str:
        """The broker's address in force."""
        return self.BROKER_URL.get_secret_value() if self.BROKER_URL is not None else "filesystem://"

    @property
    def fonts(self) -> Path:
        """The folder of the fonts in force."""
        return self.FONTS or Path(__file__).parent / "engage" / "fonts"

    @property
    def public_url(self) -> str:
        """The address people use, without a slash at its end."""
        return (self.PUBLIC_URL or f"http://{self.HOST}:{self.PORT}").rstrip("/")

    @property
    def oidc_acr(self) -> frozenset[str]:
        """The values of `acr` that stand for a second factor."""
        return frozenset(self.OIDC_ACR.split())

    @property
    def is_https(self) -> bool:
        """Whether people reach us over https, so that cookies may demand it."""
        return self.public_url.startswith("https://")

    @property
    def hosts(self) -> frozenset[str]:
        """The host names that requests may come for: those people use, and this machine itself."""
        own = urlsplit(self.public_url).hostname or ""
        return frozenset({own, self.HOST, "localhost", "127.0.0.1", "::1", *self.OTHER_HOSTS.lower().split()})

    def cookie_name(self, name: str, path: str = "/") -> str:
        """Return what a cookie is called: over https with the prefix that no other host and no plain page can set.

        Source: RFC 6265bis, 4.1.3. The stronger prefix is for cookies of every path.
        """
        if not self.is_https:
            return name
        return f"__Host-{name}" if path == "/" else f"__Secure-{name}"

    @property
    def _engine_options(self) -> dict[str, Any]:
        """Options of the database engine.

        What people wrote is a parameter of a statement: it must not reach a log through an error text. PostgreSQL's
        compiler for large queries is off: our pages read few rows by index, and it spent half a second on a case page
        whenever the planner's guess was high.
        """
        options: dict[str, Any] = {"hide_parameters": True}
        if self.database_url.startswith("postgresql"):
            options["connect_args"] = {"options": "-c jit=off"}
        return options

    def flask_config(self) -> dict[str, Any]:
        """Return the few keys that Flask and its extensions read."""
        return {
            "SECRET_KEY": self.root_secret,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": self._engine_options,
            "MAX_CONTENT_LENGTH": self.FILE_MAX_BYTES * self.FILES_MAX + self.FORM_MAX_BYTES,
            "MAX_FORM_MEMORY_SIZE": self.FORM_MAX_BYTES,
            "MAX_FORM_PARTS": 500,
            "SESSION_COOKIE_NAME": self.cookie_name("engage"),
            "SESSION_COOKIE_SECURE": self.is_https,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "PERMANENT_SESSION_LIFETIME": SESSION_IDLE_SECONDS,
            "SESSION_REFRESH_EACH_REQUEST": False,  # engage.web.gate does it once a minute
            "SESSION_PROTECTION": "basic",  # another address or browser: sign in again before people and settings
            "RATELIMIT_STORAGE_URI": self.LIMITS_URL.get_secret_value() if self.LIMITS_URL else "process://",
            "WTF_CSRF_SSL_STRICT": False,  # no Referer is ever sent (Referrer-Policy: no-referrer)
            "WTF_CSRF_TIME_LIMIT": None,
            "BABEL_DEFAULT_LOCALE": "en",
            "BABEL_TRANSLATION_DIRECTORIES": str(Path(__file__).parent / "translations"),
            "PREFERRED_URL_SCHEME": "https" if self.is_https else "http",
        }

    def checked_for_serving(self) -> Self:
        """Return the settings if they are safe to serve real people with.

        Raises:
            UnsafeSetting: naming the variable and the remedy.
        """
        self.check_mail()
        if self.PUBLIC_URL is None:
            raise UnsafeSetting(
                "ENGAGE_PUBLIC_URL is missing: links in mails would lead nowhere. "
                "Set it to the address people use, for instance https://concerns.example.org."
            )
        self._check_single_sign_on()
        if self.SECRET_KEY is not None and len(self.SECRET_KEY.get_secret_value()) < 32:
            raise UnsafeSetting("ENGAGE_SECRET_KEY is shorter than 32 characters. Remove it, or set a longer one.")
        return self

    def _check_single_sign_on(self) -> None:
        if self.OIDC_ISSUER is None:
            return
        if not self.OIDC_ISSUER.startswith("https://"):
            raise UnsafeSetting("ENGAGE_OIDC_ISSUER is not https, so anybody on the way could sign in. Use https.")
        if not (self.OIDC_CLIENT_ID and self.OIDC_CLIENT_SECRET):
            raise UnsafeSetting(
                "ENGAGE_OIDC_ISSUER needs ENGAGE_OIDC_CLIENT_ID and ENGAGE_OIDC_CLIENT_SECRET. The provider gives both."
            )


# Whoever tries the demonstration, at night perhaps, sees each mail as soon as it is owed.
_SHOWN_AT_ONCE = {"ENGAGE_QUIET_HOURS": "", "ENGAGE_NEWS_GATHER_MINUTES": "0", "ENGAGE_NEWS_AGAIN_DAYS": "0"}


def environment_for(mode: Literal["run", "serve"]) -> dict[str, str]:
    """Return the environment for processes started beside this one, so that all of them run in the same mode.

    The demonstration holds no notice back, unless the environment says otherwise.
    """
    return {**(_SHOWN_AT_ONCE if mode == "run" else {}), **os.environ, "ENGAGE_MODE": mode}


def _is_address(text: str) -> bool:
    """Whether a mail can be from or to it everywhere: letters outside ASCII may stand in its domain alone."""
    local, _, domain = text.rpartition("@")
    return bool(local and domain and local.isascii() and not any(char.isspace() for char in text))


def _is_safe_to_call(address: str) -> bool:
    """Whether what is sent there cannot be read on the way: https, or this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1"))
