"""What somebody may put into an .xlsx file to stop a machine, to hide a figure, or to run something."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from spoiling import packed, unpacked

from repayplan.cases.excel.container import MAX_CELLS, open_workbook
from repayplan.cases.excel.reader import read_workbook
from repayplan.cases.excel.template import short_workbook
from repayplan.cases.excel.writer import workbook_of
from repayplan.cases.models import Case
from repayplan.cases.readers import read_case, read_text, to_case
from repayplan.errors import InputError

SHEET = "xl/worksheets/sheet2.xml"
MEBIBYTE = 1024 * 1024


def refused(content: bytes) -> str:
    """What is said of a file that is refused; it may not take much memory to say so."""
    tracemalloc.start()
    try:
        with pytest.raises(InputError) as caught:
            read_workbook(content, "case.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 200 * MEBIBYTE
    finally:
        tracemalloc.stop()
    return str(caught.value)


def with_sheet(inner: str, part: str = SHEET) -> bytes:
    """A template one of whose sheets holds other XML."""
    parts = unpacked(short_workbook())
    head = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    parts[part] = f'<?xml version="1.0" encoding="UTF-8"?>{head}{inner}</worksheet>'.encode()
    return packed(parts)


def test_a_zip_bomb() -> None:
    buffer = io.BytesIO(short_workbook())
    parts = unpacked(buffer.getvalue())
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, content in parts.items():
            if name != SHEET:
                archive.writestr(name, content)
        with archive.open(SHEET, "w", force_zip64=True) as part:
            for _ in range(256):
                part.write(b" " * MEBIBYTE)
    assert len(buffer.getvalue()) < MEBIBYTE
    assert refused(buffer.getvalue()) == (
        "case.xlsx: this workbook is too large; limit: at most 32 MiB unpacked; → "
        "keep only the sheets of this case in it"
    )


def test_a_sparse_sheet() -> None:
    """Two cells at opposite corners: 17 billion cells to whoever makes room for all of them."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    words = refused(with_sheet(f"<sheetData>{cells}</sheetData>"))
    assert "too large: xl/worksheets/sheet2.xml reaches XFD1048576; limit: at most 20,000 rows, 2,000 columns" in words


def test_formats_far_away_are_no_cells() -> None:
    content = with_sheet('<sheetData><row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>')
    assert to_case(read_workbook(content, "case.xlsx")).loans[0].id == "L1"


def test_merged_cells_over_each_other() -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="900"><c r="ZZ900"><v>1</v></c></row>'
    merges = '<mergeCell ref="A1:XFD1048576"/>' * 500
    words = refused(with_sheet(f"<sheetData>{cells}</sheetData><mergeCells>{merges}</mergeCells>"))
    assert "too large" in words


def test_one_long_text_in_many_cells() -> None:
    """Every cell of a shared text gets a copy of its own."""
    parts = unpacked(short_workbook())
    parts["xl/sharedStrings.xml"] = parts["xl/sharedStrings.xml"].replace(b"<si><t>", b"<si><t>" + b"x" * 30_000, 1)
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2_000))
    inner = f"<sheetData>{rows}</sheetData>"
    parts[SHEET] = unpacked(with_sheet(inner))[SHEET]
    assert "too large" in refused(packed(parts))


def test_too_many_cells() -> None:
    rows = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{chr(65 + place)}{row}"><v>1</v></c>' for place in range(20)) + "</row>"
        for row in range(1, MAX_CELLS // 20 + 2)
    )
    assert "300,000 cells" in refused(with_sheet(f"<sheetData>{rows}</sheetData>"))


BOMB = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]>"
)


@pytest.mark.parametrize(
    "part", ["xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", SHEET, "[Content_Types].xml"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_an_entity_bomb(part: str, encoding: str) -> None:
    parts = unpacked(short_workbook())
    xml = parts[part].decode()
    head, _, rest = xml.partition("?>")
    head = head.replace("UTF-8", encoding.upper())
    parts[part] = f"{head}?>{BOMB}{rest}".encode(encoding)
    assert f"its part {part} defines XML entities" in refused(packed(parts))


def test_a_file_of_this_machine_is_not_read_through_an_entity() -> None:
    parts = unpacked(short_workbook())
    head, _, rest = parts["xl/sharedStrings.xml"].decode().partition("?>")
    parts["xl/sharedStrings.xml"] = f'{head}?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/hostname">]>{rest}'.encode()
    assert "defines XML entities" in refused(packed(parts))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "this is not an .xlsx workbook"),
        (b"no workbook at all", "this is not an .xlsx workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "this is a workbook of the old kind (.xls)"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90) + "EncryptedPackage".encode("utf-16-le"),
            "this workbook is protected by a password",
        ),
        (packed({"hello.txt": b"hello"}), "this archive is no .xlsx workbook"),
    ],
)
def test_other_files(content: bytes, words: str) -> None:
    assert words in refused(content)


def test_relations_that_lead_out_of_the_file() -> None:
    parts = unpacked(short_workbook())
    links = parts["xl/_rels/workbook.xml.rels"]
    parts["xl/_rels/workbook.xml.rels"] = links.replace(b"worksheets/sheet1.xml", b"../../../../etc/passwd")
    sheets = open_workbook(packed(parts), "case.xlsx")
    assert "Overview" not in [sheet.name for sheet in sheets]


def filled(change: Callable[[openpyxl.Workbook], None]) -> bytes:
    """A template changed with openpyxl, as somebody's script would; it keeps no values of formulas."""
    book = openpyxl.load_workbook(io.BytesIO(short_workbook()))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_headings_need_no_value_of_their_formula() -> None:
    assert to_case(read_workbook(filled(lambda _: None), "case.xlsx")) == to_case(
        read_workbook(short_workbook(), "case.xlsx")
    )


def test_error_cells_and_formulas_without_a_value_are_named() -> None:
    def change(book: openpyxl.Workbook) -> None:
        book["Overview"]["B7"] = "#DIV/0!"
        book["Overview"]["B7"].data_type = "e"
        book["Overview"]["B9"] = "=1+1"

    with pytest.raises(InputError) as caught:
        to_case(read_workbook(filled(change), "case.xlsx"))
    assert [(fault.where, fault.value) for fault in caught.value.faults] == [
        ("case.xlsx Overview!B7", "#DIV/0!"),
        ("case.xlsx Overview!B9", "=1+1"),
    ]


def test_a_formula_in_a_name_stays_text() -> None:
    name = '=HYPERLINK("http://example.com";"恒泰")'
    text = (
        f"schema: repayplan/case/1\nas_of: 2026-11-20\nenterprise: {{name: '{name}'}}\n"
        "loans: [{id: L1, principal: 1.00, rate: 4%}]\n"
        "cash: {opening: 1.00, sources: [{kind: monthly, name: '+1+1', start: 2026-12, amount: 1.00, months: 2}]}\n"
    )
    case = read_text(text, "case.yaml", "yaml")
    content = workbook_of(case)
    assert to_case(read_workbook(content, "case.xlsx")) == case
    book = openpyxl.load_workbook(io.BytesIO(content))
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert all(str(formula).startswith('="') and "'Overview'!$B$3" in str(formula) for formula in formulas)
    assert book["Overview"]["B5"].value == name
    assert book["Overview"]["B5"].data_type == "s"


def test_a_large_file_is_not_read_at_all(tmp_path: Path) -> None:
    path = tmp_path / "case.xlsx"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(InputError, match="this file is too large"):
        read_case(path)


def test_the_template_is_the_same_every_time() -> None:
    assert short_workbook() == short_workbook()
    assert isinstance(to_case(read_workbook(short_workbook(), "case.xlsx")), Case)
