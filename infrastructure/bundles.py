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
from collections.abc import Iterator, Sequence
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
    given = parser.parse_args(arguments)
    given.folder.mkdir(parents=True, exist_ok=True)
    try:
        made = build(given.folder, given.architecture, given.python)
    except Refused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{key}={value}\n" for key, value in made.items()))
    return 0


def build(folder: Path, architecture: str, python: str) -> dict[str, str]:
    """The stack's parameters. Raises Refused."""
    compiler = _interpreter(python)
    common = (architecture, python, str(compiler is not None), _digest_of([Path(__file__)]))
    code = _code(folder, architecture, python, compiler, common)
    made = {"CodeVersion": code.stem.rpartition("-")[2]}
    for kind in KINDS:
        layer = _layer(folder, kind, architecture, python, compiler, common)
        made[f"{kind.capitalize()}Version"] = layer.stem.rpartition("-")[2]
        size = layer.stat().st_size + code.stat().st_size
        sys.stderr.write(f"{kind}: {size / 1e6:.1f} MB zipped\n")
        if size > LARGEST.get(kind, sys.maxsize):
            raise Refused(f"The {kind} bundle has {size} bytes; {LARGEST[kind]} is the most.")
        unpacked = sum(i.file_size for z in (layer, code) for i in zipfile.ZipFile(z).filelist)
        if unpacked > UNPACKED:
            raise Refused(f"{kind} has {unpacked} bytes unpacked; Lambda takes {UNPACKED}.")
    return made


def _code(
    folder: Path, architecture: str, python: str, compiler: str | None, common: tuple[str, ...]
) -> Path:
    source = ROOT / "src"
    files = [p for p in _files(source / "omnix") if p.suffix in (".py", ".sql", ".c", ".typed")]
    files = [p for p in files if "web" not in p.relative_to(source).parts[:2]]
    library = _native(architecture)
    target = folder / f"omnix-{_digest_of(files, *common, library or '')}.zip"
    if not target.exists():
        with tempfile.TemporaryDirectory() as name:
            stage = Path(name)
            for path in files:
                if path.suffix != ".c":
                    place = stage / path.relative_to(source)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, place)
            if library is None:
                sys.stderr.write(
                    f"No C compiler for {architecture}: forecasts will be slower, and the same.\n"
                )
            else:
                out = stage / KERNEL.with_name("_kernel.so")
                command = [*library.split(), "-O3", "-shared", "-fPIC", "-o", str(out)]
                _run([*command, str(source / KERNEL), "-lm"], "The forecast kernel")
            _compile(stage, compiler)
            _zip(stage, target)
    return target


def _native(architecture: str) -> str | None:
    """The command of a compiler for these processors."""
    if MACHINES[architecture] == platform.machine() and sys.platform == "linux":
        return next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
    zig = ROOT / ".venv-infra/bin/python-zig"
    if zig.exists():
        return f"{zig} cc -target {MACHINES[architecture]}-linux-gnu.2.28"
    return None


def _layer(
    folder: Path,
    kind: str,
    architecture: str,
    python: str,
    compiler: str | None,
    common: tuple[str, ...],
) -> Path:
    pins = ROOT / "requirements" / "bundles" / f"{kind}.txt"
    target = folder / f"{kind}-{_digest_of([pins], *common)}.zip"
    if not target.exists():
        with tempfile.TemporaryDirectory() as name:
            stage = Path(name) / "python"
            _run(
                [
                    *(_uv(), "pip", "install", "--quiet", "--require-hashes", "--no-deps"),
                    *("--target", str(stage), "--requirement", str(pins)),
                    *("--python-platform", PLATFORMS[architecture]),
                    *("--python-version", python, "--only-binary", ":all:"),
                ],
                f"The {kind} layer",
            )
            shutil.rmtree(stage / "bin", ignore_errors=True)
            _compile(stage, compiler)
            _zip(Path(name), target)
    return target


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
    with zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
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
