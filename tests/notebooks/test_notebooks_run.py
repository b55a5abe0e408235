"""Every notebook runs from top to bottom, with no key and no network, in a copy of the tree."""

import subprocess
import sys
from pathlib import Path

import pytest
from lab import ROOT, WITHOUT_OUTPUTS, clean_environment, copy_workspace

NOTEBOOKS = sorted(path.name for path in (ROOT / "notebooks").glob("*.ipynb"))
SANITIZERS = Path(__file__).with_name("sanitize.cfg")
SCRIPTED = '{"assistant":{"endpoint":"scripted:courteous"}}'


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook_runs_as_committed(name: str, tmp_path: Path) -> None:
    workspace = copy_workspace(tmp_path / "workspace")
    done = subprocess.run(
        [
            *(
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "--nbval-current-env",
            ),
            *("--nbval-cell-timeout", "120", "--nbval-sanitize-with", str(SANITIZERS)),
            *(
                "--nbval-lax" if Path(name).stem in WITHOUT_OUTPUTS else "--nbval",
                f"notebooks/{name}",
            ),
        ],
        cwd=workspace,
        env=clean_environment(
            PARALLAX_BIND=SCRIPTED, PARALLAX_RECORD="sample", IPYTHONDIR=str(tmp_path / "ipython")
        ),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "passed" in done.stdout
