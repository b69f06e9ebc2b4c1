"""What the auth domain declares."""

from omnix.kit.declare import ADMINS, Collection, Domain, Index, Permission

USERS = Collection(
    "users",
    table="auth",
    key=("id",),
    indexes=(Index("listing-index", "listing", "created_at"),),
    remembered=True,
)
SESSIONS = Collection(
    "sessions",
    table="auth",
    key=("id",),
    indexes=(Index("user-index", "user", "created_at"),),
    ttl="expires",
)
"""One sign-in on one device: the hashes of its newest refresh token and of the one before."""

API_KEYS = Collection(
    "api_keys",
    table="auth",
    key=("id",),
    indexes=(Index("listing-index", "listing", "created_at"),),
    remembered=True,
)
ATTEMPTS = Collection("sign_in_attempts", table="auth", key=("subject",), ttl="expires")

AUDIT = Collection(
    "audit_log",
    table="system",
    key=("chain", "number"),
    indexes=(
        Index("listing-index", "chain", "at"),
        Index("actor-index", "actor", "at"),
        Index("type-index", "type", "at"),
    ),
)
"""Beside the consumers' other notes, since who keeps the log need not see users and keys."""

AUDIT_HEAD = Collection("audit_head", table="system", key=("chain",))
"""The last entry's number and hash, and how far each stream of events was taken."""

DOMAIN = Domain(
    name="auth",
    title="Access",
    collections=(USERS, SESSIONS, API_KEYS, ATTEMPTS, AUDIT, AUDIT_HEAD),
    events={
        "user.created": "A user was added.",
        "user.changed": "A user's role, state or password changed.",
        "session.reused": "A refresh token came a second time, so its session was ended.",
        "api-key.created": "An API key was made.",
        "api-key.revoked": "An API key was revoked.",
    },
    permissions=(
        Permission("users:write", "Add and change users", ADMINS),
        Permission("api-keys:write", "Make and revoke API keys", ADMINS),
        Permission("audit:read", "See and export the audit log", ADMINS),
    ),
)
