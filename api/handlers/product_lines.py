"""A file of products, taken apart into cells. What they mean is decided by the database."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from api.http.errors import Problem

MOST_LINES = 20_000  # api.import_products refuses more; the rest of such a file is not read
# Of Content-Type, and Python's codec. UTF-8 and UTF-16 are known from a byte order mark, which counts more.
CHARSETS = {
    "utf-8": "utf-8-sig",
    "us-ascii": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",  # as the WHATWG has it
    "iso-8859-15": "iso-8859-15",
}
SEPARATORS = (",", ";", "\t")
_HEAD = 64 * 1024
_HOW = "Save it as CSV UTF-8 in the spreadsheet, or name its encoding: Content-Type: text/csv; charset=windows-1252."


class Lines:
    """A file's cells, a line at a time. The first one names the columns.

    Separators are commas, semicolons or tabs: what the first line has most of, or what Excel's line `sep=;` says. Lines
    without a cell are left out, and so are columns without a name, which have no cells.
    """

    def __init__(self, file: IO[bytes], charset: str = "") -> None:
        head = file.read(_HEAD)
        file.seek(0)
        self._file = file
        self._codec = _codec(head, charset)
        text = io.TextIOWrapper(file, encoding=self._codec, newline="")
        with self._readable():
            first = text.readline(_HEAD)
            self._before = 0
            if first.lower().startswith("sep=") and len(first.rstrip("\r\n")) == 5:
                separator = first[4]
                self._before, first = 1, text.readline(_HEAD)
            else:
                separator = max(SEPARATORS, key=first.count)
            if separator not in SEPARATORS:
                raise Problem("import_file_invalid", detail="Separate the columns by commas, semicolons or tabs.")
            self.reader = csv.reader(_chain(first, text), delimiter=separator, strict=True)
            names = [name.strip().lower() for name in next(self.reader, [])]
        self.columns = [name for name in names if name]
        self._width = len(names)
        self._named = [at for at, name in enumerate(names) if name]

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        """Records for COPY: the line's number, what is wrong with its form, its cells."""
        nothing = (None,) * len(self.columns)
        number = self._before + self.reader.line_num + 1
        count = 0
        with self._readable():
            for cells in self.reader:
                if any(cell and not cell.isspace() for cell in cells):
                    count += 1
                    if count > MOST_LINES + 1:
                        return  # the database refuses it for its length
                    if problem := self._problem(cells):
                        yield (number, problem, *nothing)
                    else:
                        # A NUL is no text in PostgreSQL.
                        yield (number, None, *(cells[at].replace("\0", "") for at in self._named))
                number = self._before + self.reader.line_num + 1

    def _problem(self, cells: list[str]) -> str | None:
        if len(cells) < self._width or any(cells[self._width :]):
            return f"The line has {len(cells)} cells, there are {self._width} columns."
        if len(self._named) < self._width and any(
            cells[at].strip() for at in range(self._width) if at not in self._named
        ):
            return "The line has a cell in a column without a name."
        return None

    @contextmanager
    def _readable(self) -> Iterator[None]:
        """Reports what cannot be read as a mistake of the client."""
        try:
            yield
        except UnicodeError:
            raise Problem("import_file_invalid", detail=f"{self._undecodable()} {_HOW}") from None
        except csv.Error as error:
            line = self._before + self.reader.line_num
            detail = f"Line {line} cannot be read as CSV: {error}."
            raise Problem("import_file_invalid", detail=detail) from None


    def _undecodable(self) -> str:
        name = self._codec.removesuffix("-sig").upper()
        self._file.seek(0)
        content = self._file.read()
        try:
            content.decode(self._codec)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            return f"The file is not {name}: line {line} has the byte {content[error.start]:02X}."
        return f"The file is not {name}."


def _chain(first: str, rest: IO[str]) -> Iterator[str]:
    yield first
    yield from rest


def _codec(head: bytes, charset: str) -> str:
    """The codec of a file that begins with `head`. Raises Problem for UTF-16 without a sign of it."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if not charset and b"\0" in head[:4]:
        detail = f"The file seems to be UTF-16 without a byte order mark. {_HOW}"
        raise Problem("import_file_invalid", detail=detail)
    return CHARSETS[charset or "utf-8"]
