"""Tables out, and from a spreadsheet's point of view."""

import stat
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from confirm_story import ConfirmStory, rated
from story import told_story

from toolkit.analysis import COLUMNS, Finding, Frames, findings_frame, frames_of, observe
from toolkit.analysis.plan import described, save_frames
from toolkit.errors import AnalysisError, RecordUnwritable
from toolkit.record import write_csv


@pytest.fixture
def frames() -> Frames:
    tale = ConfirmStory()
    tale.rows += told_story().rows
    return frames_of(rated(tale).entries)


def test_parquet_keeps_every_frame_as_it_is(frames: Frames, tmp_path: Path) -> None:
    written = save_frames(frames._asdict(), tmp_path)
    assert len(written) == 2 * len(COLUMNS) + 1
    for name, frame in frames._asdict().items():
        read = pd.read_parquet(tmp_path / f"{name}.parquet")
        assert list(read.columns) == list(frame.columns)
        assert [str(one) for one in read.dtypes] == [str(one) for one in frame.dtypes], name
        for column in frame:
            pd.testing.assert_series_equal(
                read[column].astype("object"), frame[column].astype("object"), check_names=False
            )
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in written)


def test_parquet_says_what_its_columns_mean(frames: Frames, tmp_path: Path) -> None:
    save_frames({"replies": frames.replies}, tmp_path)
    schema = pq.read_schema(tmp_path / "replies.parquet")
    wanted = {one.name: one.meaning for one in COLUMNS["replies"]}
    assert {one.name: one.metadata[b"meaning"].decode() for one in schema} == wanted


def test_the_csv_holds_the_same_rows(frames: Frames, tmp_path: Path) -> None:
    observed = observe(frames, "respected").frame
    save_frames({"item_ratings": frames.item_ratings, "observations": observed}, tmp_path)
    for name, frame in (("item_ratings", frames.item_ratings), ("observations", observed)):
        read = pd.read_csv(tmp_path / f"{name}.csv", encoding="utf-8-sig")
        assert list(read.columns) == list(frame.columns)
        assert len(read) == len(frame)
        assert list(read["value"].isna()) == list(frame["value"].isna())
    at = pd.read_csv(tmp_path / "item_ratings.csv", encoding="utf-8-sig")["at"]
    read_at = pd.to_datetime(at, utc=True).astype("datetime64[us, UTC]")
    pd.testing.assert_series_equal(read_at, frames.item_ratings["at"])


def test_the_dictionary_describes_every_column_written(frames: Frames, tmp_path: Path) -> None:
    save_frames({"replies": frames.replies, "findings": findings_frame([])}, tmp_path)
    read = pd.read_csv(tmp_path / "dictionary.csv", encoding="utf-8-sig").fillna("")
    of_replies = read[read["table"].eq("replies")]
    assert list(of_replies["column"]) == list(frames.replies.columns)
    assert (read["meaning"].str.len() > 0).all()
    arm = of_replies[of_replies["column"].eq("arm")].iloc[0]
    assert arm["values"] == "reference | swap | paraphrase | resample"


@pytest.mark.parametrize(
    "text",
    [
        *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "\u00a0=1", "＝1"),
        *("|cmd", "%0A=1", '=HYPERLINK("http://example.com")'),
    ],
)
def test_no_text_becomes_a_formula(text: str, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    assert write_csv(path, ["n", text], [(1, text), (-2.5, "plain")]) == 1 + 1
    read = pd.read_csv(path, encoding="utf-8-sig", keep_default_na=False)
    assert read.columns[1] == f"'{text}"
    assert list(read.iloc[:, 1]) == [f"'{text}", "plain"]
    # A negative number is no text.
    assert list(read["n"]) == [1.0, -2.5]


def test_texts_that_people_wrote_are_kept_letter_by_letter(tmp_path: Path) -> None:
    said = 'She said "no", then; \nthen left. Grüße 你好'
    write_csv(tmp_path / "t.csv", ["a"], [(said,), ("x\0y",), ("\ud800",), (None,), (True,)])
    raw = (tmp_path / "t.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(tmp_path / "t.csv", encoding="utf-8-sig", keep_default_na=False)
    assert list(read["a"]) == [said, "x\N{REPLACEMENT CHARACTER}y", "\\ud800", "", "true"]


def test_a_row_of_another_length_is_refused_and_nothing_is_left(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zip"):
        write_csv(tmp_path / "t.csv", ["a", "b"], [(1, 2), (1,)])
    assert list(tmp_path.iterdir()) == []


def test_only_declared_columns_go_out(frames: Frames, tmp_path: Path) -> None:
    save_frames({"replies": frames.replies.assign(secret="s")}, tmp_path)
    assert "secret" not in (tmp_path / "replies.csv").read_text("utf-8-sig")
    assert "secret" not in pq.read_schema(tmp_path / "replies.parquet").names


def test_a_table_that_nobody_declared_is_refused(frames: Frames, tmp_path: Path) -> None:
    table = pd.DataFrame({"persona": ["a"], "estimate": [0.5]})
    with pytest.raises(AnalysisError) as problem:
        save_frames({"mine": table}, tmp_path)
    assert str(problem.value) == (
        "save_frames: got a table 'mine' whose columns nobody declared; wanted one of "
        f"{', '.join(COLUMNS)}, observations, findings. Say with columns= what its columns mean."
    )
    save_frames({"mine": table}, tmp_path, columns={"mine": described(table)})
    read = pd.read_csv(tmp_path / "dictionary.csv", encoding="utf-8-sig")
    assert list(read["meaning"]) == ["whose cues", "the number"]


def test_a_table_that_lacks_a_column_is_refused(frames: Frames, tmp_path: Path) -> None:
    with pytest.raises(AnalysisError) as problem:
        save_frames({"replies": frames.replies.drop(columns=["text", "arm"])}, tmp_path)
    assert str(problem.value) == (
        "save_frames: got a table 'replies' without arm, text; wanted every declared column. Pass "
        "the table as it was made."
    )
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_is_said(frames: Frames, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "ascii")
    with pytest.raises(RecordUnwritable):
        save_frames({"replies": frames.replies}, tmp_path / "file")


def test_texts_with_lone_surrogates_go_out_as_their_escapes(tmp_path: Path) -> None:
    tale = ConfirmStory()
    tale.sweep()
    tale.reply("u-ref", text="broken \ud800 sign")
    save_frames({"replies": frames_of(tale.entries).replies}, tmp_path)
    for text in (
        pd.read_parquet(tmp_path / "replies.parquet")["text"].iloc[0],
        pd.read_csv(tmp_path / "replies.csv", encoding="utf-8-sig")["text"].iloc[0],
    ):
        assert text == "broken \\ud800 sign"


def test_findings_have_their_columns_also_when_there_are_none() -> None:
    none = findings_frame([])
    one = findings_frame(
        [
            Finding(
                question="rate",
                outcome="refusal",
                subject="a",
                estimand="share",
                about="these personas",
                speaks_of="these situations",
                stage="confirm",
                verdict="not estimable",
                caveats=("Nothing was observed.",),
            )
        ]
    )
    assert list(none.columns) == list(one.columns)
    assert list(none.dtypes.astype("str")) == list(one.dtypes.astype("str"))
    assert one["estimate"].isna().all()
