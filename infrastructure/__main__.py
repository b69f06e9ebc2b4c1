"""Writes the template, or with ``--check`` fails if the one that is there is not current."""

import sys

from infrastructure.template import FILE, synthesised, text


def main(arguments: list[str]) -> int:
    made = text(synthesised())
    if arguments == ["--check"]:
        if FILE.is_file() and FILE.read_text() == made:
            return 0
        sys.stderr.write(f"{FILE.name} is not what the source says. Run: make template\n")
        return 1
    FILE.write_text(made)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
