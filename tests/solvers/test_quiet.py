"""What C code prints does not reach the output of the program."""

from __future__ import annotations

import ctypes
import os

import pytest

from repayplan.solvers.quiet import quiet


@pytest.mark.skipif(os.name != "posix", reason="the C library of the process is found by another name")
def test_only_what_is_printed_within_is_kept_out(capfd: pytest.CaptureFixture[str]) -> None:
    library = ctypes.CDLL(None)
    library.puts(b"before")
    with quiet():
        library.puts(b"noise")
    library.puts(b"after")
    library.fflush(None)
    assert capfd.readouterr().out == "before\nafter\n"


@pytest.mark.skipif(os.name != "posix", reason="the C library of the process is found by another name")
def test_output_is_there_again_after_a_failure(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ZeroDivisionError), quiet():
        raise ZeroDivisionError
    os.write(1, b"still here\n")
    assert capfd.readouterr().out == "still here\n"
