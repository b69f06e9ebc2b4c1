"""What the domains need of the ground they stand on. Shaped to the weaker side of each pair.

An adapter raises only errors of ``omnix.kit.errors``; a driver's exception is chained as the
cause. A dependency that is away is ``Unavailable``.
"""

from dataclasses import dataclass

from omnix.ports.bus import Bus, EventBatch
from omnix.ports.chat import (
    Chat,
    Ended,
    Heard,
    Prompt,
    Reply,
    Tool,
    ToolCall,
    ToolResult,
    Turn,
    reply,
)
from omnix.ports.claims import claimed_by_writes
from omnix.ports.foundation import Foundation, NoFoundation, Pretrained
from omnix.ports.ground import Blobs, Clock, Joined, Push, Secrets
from omnix.ports.jobs import MAX_DELAY, MAX_PAYLOAD, MAX_VISIBILITY, DeadLetter, Jobs, Message
from omnix.ports.lake import Lake, Query
from omnix.ports.mail import MAX_MAIL, Attachment, Letter, Mail, composed, mailbox
from omnix.ports.records import (
    MAX_BATCH,
    MAX_ITEM,
    MAX_KEYS,
    MAX_WRITE,
    Absent,
    AtLeast,
    Check,
    Condition,
    Delete,
    Equals,
    Item,
    Key,
    Operation,
    Present,
    Put,
    Records,
    Tell,
    Update,
)
from omnix.ports.rules import check_grows, check_sizes, check_update, holds, key_parts, keys_parts

__all__ = [
    "MAX_BATCH",
    "MAX_DELAY",
    "MAX_ITEM",
    "MAX_KEYS",
    "MAX_MAIL",
    "MAX_PAYLOAD",
    "MAX_VISIBILITY",
    "MAX_WRITE",
    "Absent",
    "AtLeast",
    "Attachment",
    "Blobs",
    "Bus",
    "Chat",
    "Check",
    "Clock",
    "Condition",
    "DeadLetter",
    "Delete",
    "Ended",
    "Equals",
    "EventBatch",
    "Foundation",
    "Heard",
    "Item",
    "Jobs",
    "Joined",
    "Key",
    "Lake",
    "Letter",
    "Mail",
    "Message",
    "NoFoundation",
    "Operation",
    "Ports",
    "Present",
    "Pretrained",
    "Prompt",
    "Push",
    "Put",
    "Query",
    "Records",
    "Reply",
    "Secrets",
    "Tell",
    "Tool",
    "ToolCall",
    "ToolResult",
    "Turn",
    "Update",
    "check_grows",
    "check_sizes",
    "check_update",
    "claimed_by_writes",
    "composed",
    "holds",
    "key_parts",
    "keys_parts",
    "mailbox",
    "reply",
]


@dataclass(frozen=True)
class Ports:
    """All of them, as a runtime put them together."""

    records: Records
    lake: Lake
    bus: Bus
    jobs: Jobs
    push: Push
    blobs: Blobs
    secrets: Secrets
    mail: Mail
    chat: Chat
    foundation: Foundation
    clock: Clock
