"""Writes the template and the counts that its cost is computed from.

With ``--check`` it writes nothing, and fails if what is there is not current.
"""

import subprocess
import sys

from infrastructure.template import FILE, synthesised, text
from omnix.cost import shape


def main(arguments: list[str]) -> int:
    template = synthesised()
    made, counts = text(template), shape.text(template)
    if arguments == ["--check"]:
        current = FILE.is_file() and FILE.read_text() == made
        if current and shape.FILE.read_text() == counts:
            return 0
        sys.stderr.write(f"{FILE.name} is not what the source says. Run: make template\n")
        return 1
    FILE.write_text(made)
    if shape.FILE.read_text() != counts:
        shape.FILE.write_text(counts)
        # The limit of spending in the template follows the counts, which were read before.
        return subprocess.run([sys.executable, "-m", __package__], check=False).returncode
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
