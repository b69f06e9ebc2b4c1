"""Names of blobs and secrets, the same that are safe as files."""


def checked(name: str) -> str:
    """``name`` itself. Raises ValueError for one that could leave the place it is meant for."""
    for part in name.split("/"):
        safe = part and not part.startswith(".") and part.isprintable() and "\\" not in part
        if not safe or ":" in part or len(part.encode()) > 200:
            raise ValueError(f"{name!r} is no name for a file")
    return name
