"""What importing costs: counted in modules here, in ratios by ``make bench``."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "pandas",
    "openai",
    "ipywidgets",
    "sqlalchemy",
    "statsmodels",
    "seaborn",
    "matplotlib",
    "pydantic",
    "asyncio",
    "scipy",
    "numpy",
}


def loaded_after(code: str) -> set[str]:
    script = f"import json, sys\n{code}\nsys.stdout.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_import_toolkit_loads_nothing_heavy() -> None:
    assert not loaded_after("import toolkit") & HEAVY


def test_import_toolkit_adds_a_handful_of_modules() -> None:
    added = loaded_after("import toolkit") - loaded_after("")
    assert len(added) <= 8, sorted(added)


def test_the_panel_loads_no_analysis_stack() -> None:
    loaded = loaded_after("import toolkit.widgets, toolkit.session, toolkit.probes")
    assert not loaded & {"pandas", "statsmodels", "seaborn", "matplotlib", "scipy"}


EXPORT = Path(__file__).resolve().parents[2] / "results" / "sample" / "record.jsonl"
# What a database needs, and what these load in turn.
DATABASE = {"sqlalchemy", "filelock", "asyncio", "ssl"}


@pytest.mark.parametrize(
    "code",
    [
        "import toolkit.record",
        "import toolkit.analysis",
        "from toolkit.analysis import load_frames\nfrom toolkit.record import open_record\n"
        f"load_frames(open_record({str(EXPORT)!r}, read_only=True))",
    ],
    ids=["record", "analysis", "export"],
)
def test_a_database_is_loaded_when_one_is_opened(code: str) -> None:
    assert not loaded_after(code) & DATABASE


def test_rows_load_what_checks_them_when_one_is_kept_or_read() -> None:
    assert "pydantic" not in loaded_after("import toolkit.record")


def test_the_analysis_loads_model_libraries_only_when_it_fits() -> None:
    libraries = {"formulaic", "statsmodels", "threadpoolctl"}
    assert not loaded_after("import toolkit.analysis") & libraries


def test_the_analysis_loads_no_database_and_no_server() -> None:
    heavy = {"asyncio", "filelock", "sqlalchemy", "sqlite3", "ssl", "yaml"}
    assert not loaded_after("import toolkit.analysis") & heavy


def test_the_analysis_loads_what_draws_only_when_it_draws() -> None:
    loaded = loaded_after("from toolkit.analysis import forest, run_plan")
    assert not loaded & {"matplotlib", "seaborn", "PIL"}


def test_every_public_name_loads() -> None:
    import toolkit

    assert toolkit.__all__ == sorted(toolkit.__all__)
    for name in toolkit.__all__:
        assert getattr(toolkit, name) is not None
    assert toolkit.__version__


def test_an_unknown_name_is_an_attribute_error() -> None:
    import toolkit

    with pytest.raises(AttributeError, match="module 'toolkit' has no attribute 'Persian'"):
        _ = toolkit.Persian  # type: ignore[attr-defined]


def test_the_leaf_that_shows_text_needs_only_the_standard_library() -> None:
    loaded = loaded_after("import toolkit.rendering")
    assert {one.split(".")[1] for one in loaded if one.startswith("toolkit.")} == {"rendering"}
    assert not loaded & HEAVY


def rooms_of(command: str) -> set[str]:
    """Rooms that a command loads."""
    loaded = loaded_after(
        "import contextlib, io\nfrom toolkit.cli import main\n"
        f"with contextlib.redirect_stdout(io.StringIO()):\n    main([{command!r}])"
    )
    return {one.split(".")[1] for one in loaded if one.startswith("toolkit.")}


def test_a_command_loads_only_the_rooms_it_needs() -> None:
    leaves = {"canon", "errors", "rendering", "cli"}
    assert rooms_of("--help") == leaves
    assert rooms_of("check") - {"wording"} == leaves | {"design"}
    assert not rooms_of("status") & {"analysis", "probes", "report", "signals", "widgets"}
