"""Files are complete or absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from repayplan import publishing
from repayplan.errors import InputError
from repayplan.publishing import publish


def test_nothing_changes_where_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(tmp_path, {"a": b"old", "b": b"old"})
    written: list[int] = []

    def full_disk(handle: int) -> None:
        written.append(handle)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(publishing.os, "fsync", full_disk)
    with pytest.raises(InputError, match=r"No space left on device; → make room on the disk"):
        publish(tmp_path, {"a": b"new", "b": b"new"}, stale=["b"])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"a": b"old", "b": b"old"}


def test_a_directory_where_a_file_should_go_is_refused_before_anything_changes(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    with pytest.raises(InputError, match="a directory is in the way"):
        publish(tmp_path, {"a": b"new", "b": b"new"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]


def test_files_are_as_readable_as_the_person_wants(tmp_path: Path) -> None:
    ordinary = tmp_path / "ordinary"
    ordinary.write_bytes(b"")
    (path,) = publish(tmp_path, {"a": b"content"})
    assert path.stat().st_mode == ordinary.stat().st_mode
