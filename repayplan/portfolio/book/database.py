"""A book in a database, through SQLAlchemy: the tables of a book by their names, whatever else there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError
from repayplan.language import tr
from repayplan.portfolio.book.opening import Line, Opened, Stream, gathered
from repayplan.portfolio.book.tables import MAX_COLUMNS, Table, find_table
from repayplan.portfolio.book.values import text_of

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine, MetaData

_BATCH = 8_192
_EXAMPLES = tr("check the URL, such as postgresql://user@host/book or sqlite:///book.sqlite")
_HIDDEN = "…"
_PLAIN = re.compile(r"[\w.+:/\\ -]*")
"""Names of people, machines and databases; other signs are those of a password or of settings."""
_PACKAGES = {"MySQLdb": "mysqlclient", "psycopg": "psycopg[binary]"}
"""Packages that are called otherwise than the module that is missing."""
_SECONDS = 15
_ORDER = "row"
"""A column of this name, where there is one, is the order of the rows."""


def open_database(url: str, stack: ExitStack) -> Opened:
    """The tables of a database; nothing in it is changed. Raises InputError where it cannot be reached."""
    import sqlalchemy as sa

    name = shown_url(url)
    parsed = _parsed(url)
    if parsed is None:
        raise InputError(Fault(tr("this is no URL of a database"), name, remedy=_EXAMPLES))
    try:
        engine = sa.create_engine(parsed, connect_args=_patience(parsed))
        _exists(engine, name)
        stack.callback(engine.dispose)
        connection = stack.enter_context(engine.connect().execution_options(stream_results=True, yield_per=_BATCH))
        metadata = sa.MetaData()
        metadata.reflect(connection, only=lambda table, _: find_table(table) is not None, views=True)
        others = [each for each in sa.inspect(connection).get_table_names() if find_table(each) is None]
        streams = [
            Stream(table, found.name, found.name, [each.name for each in _kept(found)], lines, "database")
            for found in _plain_tables(metadata)
            if (table := find_table(found.name)) is not None
            for lines in [_lines(connection, found, table)]
        ]
    except (sa.exc.SQLAlchemyError, ImportError, TypeError, ValueError) as error:
        raise InputError(_unreached(name, error, parsed)) from None
    return gathered(name, name, streams, others=sorted(others))


def shown_url(url: str) -> str:
    """A URL as people may see it: who, where and which database, without password and without settings behind ``?``.

    Where a part has signs that names do not have, as in a URL that is written wrongly, it may hold a piece of a
    password, and nothing but the kind of database is shown.
    """
    scheme, parsed = url.partition("://")[0], _parsed(url)
    if parsed is None:
        return f"{scheme}://{_HIDDEN}" if re.fullmatch(r"\w+(\+\w+)?", scheme) else f"{_HIDDEN}://{_HIDDEN}"
    user, host, database = (part or "" for part in (parsed.username, parsed.host, parsed.database))
    asked = (user, host) if parsed.get_backend_name() == "sqlite" else (user, host, database)
    if not all(map(_PLAIN.fullmatch, asked)) or "?" in str(parsed.password or ""):
        return f"{scheme}://{_HIDDEN}"
    place = f"[{host}]" if ":" in host else host
    port = "" if parsed.port is None else f":{parsed.port}"
    return f"{scheme}://{user}{'@' if user else ''}{place}{port}{'/' if database else ''}{database}"


def _parsed(url: str) -> Any:
    """PostgreSQL through psycopg 3 where the URL names no driver; None where it is no URL."""
    import sqlalchemy as sa

    try:
        parsed = sa.make_url(url)
    except (sa.exc.SQLAlchemyError, ValueError):
        return None
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername in ("postgresql", "postgres") else parsed


def _exists(engine: Engine, name: str) -> None:
    """SQLite makes a file where there is none; a book that is not there must not come into being by looking at it."""
    file = engine.url.database
    if engine.dialect.name == "sqlite" and (not file or (file != ":memory:" and not Path(file).is_file())):
        remedy = tr("four slashes begin an absolute path: sqlite:////data/book.sqlite")
        raise InputError(Fault(tr("there is no such file"), name, remedy=remedy))


def _plain_tables(metadata: MetaData) -> list[Any]:
    return sorted(metadata.tables.values(), key=lambda table: str(table.name))


def _lines(connection: Connection, found: Any, table: Table) -> Iterator[Line]:
    """The rows in the order of the column ``row``, of the primary key, or of all columns."""
    import sqlalchemy as sa

    if len(found.columns) > MAX_COLUMNS:
        limit = tr("at most {count}", count=MAX_COLUMNS)
        remedy = tr("make a view of the columns that are needed")
        what = tr("this table has too many columns")
        raise InputError(Fault(what, found.name, f"{len(found.columns):,}", limit, remedy))
    kept = _kept(found)
    given = [column for column in found.columns if column.name == _ORDER]
    keys = given or list(found.primary_key.columns)
    order = keys or _by_columns(found, table)
    query = sa.select(*kept, *keys).order_by(*(_exact(connection, column) for column in order))
    names = [column.name for column in keys]
    try:
        for number, row in enumerate(connection.execute(query), start=2):
            texts = [text_of(value) for value in row]
            key = ", ".join(f"{name} = {shown(text)}" for name, text in zip(names, texts[len(kept) :], strict=True))
            yield Line(number, texts[: len(kept)], key=key)
    except sa.exc.SQLAlchemyError as error:
        raise InputError(_unreached(found.name, error)) from None


def _kept(found: Any) -> list[Any]:
    """The columns of a table but for the order of its rows."""
    return [column for column in found.columns if column.name != _ORDER]


def _by_columns(found: Any, table: Table) -> list[Any]:
    """All columns, in the order in which a book has them."""
    places = {column.name: place for place, column in enumerate(table.columns)}

    def place(column: Any) -> tuple[int, str]:
        known = table.find(column.name)
        return (places[known.name] if known else len(places), column.name)

    return sorted(found.columns, key=place)


def _exact(connection: Connection, column: Any) -> Any:
    """Text in the order of its bytes, not of a country."""
    import sqlalchemy as sa

    if connection.dialect.name == "postgresql" and isinstance(column.type, sa.String):
        return sa.collate(column, "C").nulls_first()
    return column.nulls_first()


def _patience(url: Any) -> dict[str, Any]:
    """How long a server that does not answer is waited for, in seconds, where the URL does not say it."""
    silent = url.drivername == "postgresql+psycopg" and "connect_timeout" not in url.query
    return {"connect_timeout": _SECONDS} if silent else {}


def _unreached(name: str, error: Exception, url: Any = None) -> Fault:
    """Why a database cannot be read and what helps, without what it repeats of a password or of the settings behind
    ``?``."""
    import sqlalchemy as sa

    cause = getattr(error, "orig", None) or error
    hidden = name.endswith(_HIDDEN)
    reason = type(cause).__name__ if hidden else (str(cause).splitlines() or [type(cause).__name__])[0]
    for secret in _secrets(url):
        reason = reason.replace(secret, "…")
    reason = shown(reason, 200)
    match error:
        case sa.exc.NoSuchModuleError():
            known = tr("such as postgresql, sqlite or mysql+pymysql")
            return Fault(tr("this kind of database is not known"), name, None, known, _EXAMPLES)
        case ImportError():
            package = _PACKAGES.get(error.name or "", error.name or "…")
            what = tr("the driver of this database is not installed: {package}", package=package)
            remedy = tr("install the Python package {package}, or export the tables as CSV files", package=package)
            return Fault(what, name, remedy=remedy)
        case sa.exc.OperationalError() if "locked" in reason:
            remedy = tr("wait until the other program has ended or close it, or read a copy of the file")
            return Fault(tr("another program has locked this database: {reason}", reason=reason), name, remedy=remedy)
        case sa.exc.OperationalError() if url is not None and url.host:
            remedy = tr("check host, port, database, user and password of the URL, and whether the server runs")
            return Fault(
                tr("the server of this database cannot be reached: {reason}", reason=reason), name, None, None, remedy
            )
        case _:
            return Fault(tr("this database cannot be read: {reason}", reason=reason), name, remedy=_EXAMPLES)


def _secrets(url: Any) -> list[str]:
    """What of a URL nobody may see, the longest first."""
    if url is None:
        return []
    settings = (each for value in url.query.values() for each in ([value] if isinstance(value, str) else value))
    return sorted({str(each) for each in (url.password, *settings) if each}, key=len, reverse=True)
