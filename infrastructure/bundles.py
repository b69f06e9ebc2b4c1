"""Builds what the functions run: one zip of the product's code, one layer for each kind.

``python3 infrastructure/bundles.py FOLDER`` writes ``omnix-DIGEST.zip`` and a layer for each
kind, such as ``backend-DIGEST.zip``, and prints the stack's parameters that name them.
A digest tells what went in, not what came out: what is there under its name is not built again.
Needs the standard library and uv; a C compiler, or ziglang for other processors than this one's.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
KINDS = ("backend", "forecast", "lake", "work")
PYTHON = "3.13"
PLATFORMS = {"arm64": "aarch64-manylinux_2_28", "x86_64": "x86_64-manylinux_2_28"}
MACHINES = {"arm64": "aarch64", "x86_64": "x86_64"}
KERNEL = Path("omnix/engine/forecast/kernel.c")
LARGEST = {"backend": 25_000_000}
"""Bytes of code and layer together, zipped: a cold start reads them."""

UNPACKED = 250 * 1024 * 1024
"""What Lambda takes."""

_UNUSED = frozenset({"tests", "sboms", "f2py", "distutils", "include", "faker", "licenses"})
"""faker makes examples for the OpenAPI page of a library we use; OMNIX has its own."""

_UNUSED_SUFFIXES = frozenset({".a", ".c", ".h", ".pxd", ".pyi", ".pyx"})
_EPOCH = (2020, 1, 1, 0, 0, 0)


class Refused(Exception):
    """Why no bundles were made, in words for whoever deploys."""


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description="Build what the functions run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--architecture", choices=PLATFORMS, default="arm64")
    parser.add_argument("--python", default=PYTHON, help="version that the functions run on")
    parser.add_argument("--names", action="store_true", help="name the bundles, build none")
    parser.add_argument(
        "--any-size", action="store_true", help="for emulators, which have no limits"
    )
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    try:
        made = build(given.folder, given.architecture, given.python, names=given.names)
        if not (given.names or given.any_size):
            check_sizes(given.folder, made)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{key}={value}\n" for key, value in made.items()))
    return 0


def build(folder: Path, architecture: str, python: str, *, names: bool = False) -> dict[str, str]:
    """The stack's parameters; ``names``: only these. Raises Refused."""
    here = Building(folder, architecture, python)
    made = {"CodeVersion": here.code_digest()}
    made |= {f"{kind.capitalize()}Version": here.layer_digest(kind) for kind in KINDS}
    if names:
        return made
    here.code()
    for kind in KINDS:
        here.layer(kind)
    return made


def check_sizes(folder: Path, made: Mapping[str, str]) -> None:
    """Raises Refused for what Lambda would not take, or start slowly."""
    code = folder / f"omnix-{made['CodeVersion']}.zip"
    for kind in KINDS:
        layer = folder / f"{kind}-{made[f'{kind.capitalize()}Version']}.zip"
        zipped = layer.stat().st_size + code.stat().st_size
        unpacked = sum(i.file_size for z in (layer, code) for i in zipfile.ZipFile(z).filelist)
        sys.stderr.write(f"{kind}: {zipped / 1e6:.1f} MB, unpacked {unpacked / 1e6:.1f} MB\n")
        if zipped > LARGEST.get(kind, sys.maxsize):
            raise Refused(f"The {kind} bundle has {zipped} bytes; {LARGEST[kind]} is the most.")
        if unpacked > UNPACKED:
            raise Refused(f"{kind} has {unpacked} bytes unpacked; Lambda takes {UNPACKED}.")


class Building:
    """Bundles for one kind of processor and one version of Python, in ``folder``."""

    def __init__(self, folder: Path, architecture: str, python: str) -> None:
        self.folder = folder
        self.architecture = architecture
        self.python = python
        self.interpreter = _interpreter(python)
        self.compiler = _compiler(architecture)
        self.source = ROOT / "src"
        suffixes = (".py", ".sql", ".json", ".c", ".typed")
        self.files = [
            path
            for path in _files(self.source / "omnix")
            if path.suffix in suffixes and path.relative_to(self.source).parts[1] != "web"
        ]
        self._common = (
            architecture,
            python,
            "compiled" if self.interpreter else "source",
            _digest_of([Path(__file__)]),
        )

    def code_digest(self) -> str:
        return _digest_of(self.files, *self._common, *(self.compiler or ()))

    def layer_digest(self, kind: str) -> str:
        return _digest_of([_pins(kind)], *self._common)

    def code(self) -> Path:
        target = self.folder / f"omnix-{self.code_digest()}.zip"
        if target.exists():
            return target
        with tempfile.TemporaryDirectory() as name:
            stage = Path(name)
            for path in self.files:
                if path.suffix != ".c":
                    place = stage / path.relative_to(self.source)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, place)
            if self.compiler is None:
                sys.stderr.write(
                    f"No C compiler for {self.architecture}: forecasts come slower, and the same.\n"
                )
            else:
                out = stage / KERNEL.with_name("_kernel.so")
                command = [*self.compiler, "-O3", "-shared", "-fPIC", "-o", str(out)]
                _run([*command, str(self.source / KERNEL), "-lm"], "The forecast kernel")
            _compile(stage, self.interpreter)
            _zip(stage, target)
        return target

    def layer(self, kind: str) -> Path:
        target = self.folder / f"{kind}-{self.layer_digest(kind)}.zip"
        if target.exists():
            return target
        with tempfile.TemporaryDirectory() as name:
            stage = Path(name) / "python"
            _run(
                [
                    *(_uv(), "pip", "install", "--quiet", "--require-hashes", "--no-deps"),
                    *("--target", str(stage), "--requirement", str(_pins(kind))),
                    *("--python-platform", PLATFORMS[self.architecture]),
                    *("--python-version", self.python, "--only-binary", ":all:"),
                ],
                f"The {kind} layer",
            )
            shutil.rmtree(stage / "bin", ignore_errors=True)
            _compile(stage, self.interpreter)
            _zip(Path(name), target)
        return target


def _pins(kind: str) -> Path:
    return ROOT / "requirements" / "bundles" / f"{kind}.txt"


def _compiler(architecture: str) -> tuple[str, ...] | None:
    """The command of a C compiler for these processors."""
    if MACHINES[architecture] == platform.machine() and sys.platform == "linux":
        found = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
        return None if found is None else (found,)
    python = ROOT / ".venv-infra" / "bin" / "python"
    if any((ROOT / ".venv-infra").glob("lib/*/site-packages/ziglang")):
        target = f"{MACHINES[architecture]}-linux-gnu.2.28"
        return (str(python), "-m", "ziglang", "cc", "-target", target)
    return None


def _compile(stage: Path, compiler: str | None) -> None:
    """Byte code beside the source, believed without a look at times: five times faster to load."""
    if compiler is not None:
        _run(
            [compiler, "-m", "compileall", "-q", "-j", "0", "--invalidation-mode",
             "unchecked-hash", "-s", str(stage), str(stage)],
            "The byte code",
            codes=(0, 1),  # some packages carry templates that are no Python
        )  # fmt: skip


def _interpreter(python: str) -> str | None:
    """A Python of the functions' version, which alone can write their byte code."""
    names = (f"python{python}", *([sys.executable] if _own_version() == python else []))
    for name in names:
        found = shutil.which(name)
        if (
            found
            and subprocess.run([found, "-V"], capture_output=True, check=False).returncode == 0
        ):
            return found
    found = subprocess.run(
        [_uv(), "python", "find", "--offline", python], capture_output=True, text=True, check=False
    )
    if found.returncode == 0:
        return found.stdout.strip()
    sys.stderr.write(f"No Python {python} here: functions will start more slowly.\n")
    return None


def _own_version() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _uv() -> str:
    here = ROOT / ".venv" / "bin" / "uv"
    found = str(here) if here.exists() else shutil.which("uv")
    if found is None:
        raise Refused("uv is needed to build the bundles. Run: make infra-setup")
    return found


def _run(command: Sequence[str], what: str, codes: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        raise Refused(f"{what} could not be made:\n{done.stdout}{done.stderr}")


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def _digest_of(files: Sequence[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for path in files:
        digest.update(f"\0{path.relative_to(ROOT)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _zip(stage: Path, target: Path) -> None:
    """The same bytes for the same files."""
    part = target.with_suffix(f".{os.getpid()}")
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as bundle:
        for path in sorted(stage.rglob("*")):
            if path.is_file() and not _left_out(path.relative_to(stage)):
                info = zipfile.ZipInfo(path.relative_to(stage).as_posix(), _EPOCH)
                info.external_attr = (0o755 if path.suffix == ".so" else 0o644) << 16
                info.compress_type = zipfile.ZIP_DEFLATED
                bundle.writestr(info, path.read_bytes())
    part.replace(target)


def _left_out(path: Path) -> bool:
    """What nothing asks for at run time: tests, headers, types, what installers note."""
    return (
        not _UNUSED.isdisjoint(path.parts)
        or path.suffix in _UNUSED_SUFFIXES
        or path.name in ("RECORD", "INSTALLER", "REQUESTED", ".lock")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
