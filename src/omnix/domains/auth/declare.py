"""What the auth domain declares."""

from omnix.kit.declare import ADMINS, Collection, Domain, Index, JobType, Permission

USERS = Collection(
    "users",
    table="auth",
    key=("id",),
    indexes=(
        Index("listing-index", "listing", "created_at"),
        Index("customer-index", "customer_id", "created_at"),
    ),
    remembered=True,
)
USER_EMAIL = "user.email"
"""The scope under which addresses of users are unique."""

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

MAIL_TOKENS = Collection("mail_tokens", table="auth", key=("id",), ttl="expires")
"""What a mailed token may do, under the token's hash."""

REGISTRATIONS = Collection("registrations", table="auth", key=("id",), ttl="expires")
"""People who asked for an account, or for another address to sign in with, and have not shown yet
that they read its mail."""

INVITATIONS = Collection(
    "invitations",
    table="auth",
    key=("id",),
    indexes=(Index("listing-index", "listing", "created_at"),),
    ttl="forgotten",
)
"""People whom an admin asked to join, under a hash of their address: one invitation each."""

SECOND_FACTORS = Collection("second_factors", table="auth", key=("user",))
"""The secret that a user's authenticator app shares, encrypted, and hashes of recovery codes."""

OIDC_SIGN_INS = Collection("oidc_sign_ins", table="auth", key=("id",), ttl="expires")
"""Browsers that are at the OpenID provider, under the hash of what they bring back."""

IDENTITIES = Collection("identities", table="auth", key=("id",))
"""Which user somebody is whom the OpenID provider names: under a hash of both their names."""

RESET_MAIL = JobType(
    "auth.reset-mail", "Mail a link to choose a new password", queue="notifications-queue"
)
VERIFY_MAIL = JobType(
    "auth.verify-mail", "Mail a link to confirm an address", queue="notifications-queue"
)
EMAIL_MAIL = JobType(
    "auth.email-mail", "Mail a link to confirm another address", queue="notifications-queue"
)
INVITE_MAIL = JobType("auth.invite-mail", "Mail an invitation", queue="notifications-queue")
FORGET = JobType(
    "auth.forget", "End the accounts of an erased customer", timeout=60, attempts=8,
    queue="notifications-queue",
)  # fmt: skip
"""In the queue of messages to people, since only who takes from it may touch accounts on AWS."""

DOMAIN = Domain(
    name="auth",
    title="Access",
    collections=(
        USERS,
        SESSIONS,
        API_KEYS,
        ATTEMPTS,
        AUDIT,
        AUDIT_HEAD,
        MAIL_TOKENS,
        REGISTRATIONS,
        INVITATIONS,
        SECOND_FACTORS,
        OIDC_SIGN_INS,
        IDENTITIES,
    ),
    events={
        "user.created": "A user was added.",
        "user.changed": "A user's role, state, address or password changed.",
        "user.registered": "Somebody confirmed an address and so became a user.",
        "user.invited": "An admin invited somebody, or sent the invitation again.",
        "user.invitation-withdrawn": "An admin took an invitation back.",
        "user.erased": "An account was deleted with the customer whose it was.",
        "user.second-factor-changed": "A user's second factor came or went.",
        "session.began": "A user signed in.",
        "session.ended": "A user ended a session.",
        "session.reused": "A refresh token came a second time, so its session was ended.",
        "api-key.created": "An API key was made.",
        "api-key.revoked": "An API key was revoked.",
    },
    jobs=(RESET_MAIL, VERIFY_MAIL, EMAIL_MAIL, INVITE_MAIL, FORGET),
    permissions=(
        Permission("users:write", "Add and change users", ADMINS),
        Permission("api-keys:write", "Make and revoke API keys", ADMINS),
        Permission("audit:read", "See and export the audit log", ADMINS),
    ),
)  # fmt: skip
