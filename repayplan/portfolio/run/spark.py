"""A cluster: the same chunks through PySpark. The driver reads and writes; what travels are Arrow tables of bytes."""

from __future__ import annotations

import json
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from repayplan.cases.documents import shown
from repayplan.errors import Fault, InputError, RepayplanError
from repayplan.language import tr
from repayplan.portfolio.book.index import Index, rows_of
from repayplan.portfolio.run.chunk import TABLES, Done, Job, appraised, bounds, write
from repayplan.portfolio.run.overlays import adopt, environment
from repayplan.portfolio.run.processes import ONE_THREAD

if TYPE_CHECKING:
    import pyarrow as pa

AHEAD = 4
"""Chunks for each core of the cluster that are sent out at a time."""

_DONE = "done"
"""What ``Done`` says, as JSON, under a name that no table has."""


def require_spark() -> None:
    """InputError where PySpark is not installed."""
    if find_spec("pyspark") is None:
        remedy = tr("pip install 'repayplan[spark]', or take --engine local")
        raise InputError(Fault(tr("PySpark is not installed"), "--engine", "spark", remedy=remedy))


def run_spark(
    job: Job, index: Index, directory: Path, numbers: Sequence[int], workers: int, master: str | None = None
) -> Iterator[Done]:
    """Do the chunks ``numbers`` on a cluster and say of each when it is written.

    ``master``: URL of the cluster; what spark-submit or the session in use says where left out, else ``workers`` cores
    of this machine. Raises RepayplanError where Spark fails.
    """
    with _session(workers, master) as session:
        size = AHEAD * max(1, int(session.sparkContext.defaultParallelism))
        task = _task(pickle.dumps((job, environment())))
        for first in range(0, len(numbers), size):
            wave = numbers[first : first + size]
            frame = session.createDataFrame(_sent(index, job, wave)).repartition(len(wave))
            schema = ", ".join([f"{_DONE} string", *(f"{name} binary" for name in TABLES)])
            for row in _received(frame.mapInArrow(task, schema)):
                done = Done(**json.loads(row[_DONE]))
                write(directory, done.number, {name: bytes(row[name]) for name in TABLES})
                yield done


def _sent(index: Index, job: Job, numbers: Sequence[int]) -> pa.Table:
    """The rows of chunks as a table with a row for each chunk."""
    import pyarrow as pa

    rows = [pickle.dumps(list(rows_of(index, *bounds(number, job.chunk, index.borrowers)))) for number in numbers]
    return pa.table({"number": pa.array(numbers, pa.int64()), "rows": pa.array(rows, pa.binary())})


def _task(job: bytes) -> Callable[[Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]:
    """What a worker does with the chunks it is sent; it imports the package, which must be installed there."""

    def appraise_chunks(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa

        known, variables = pickle.loads(job)
        adopt(variables)
        for batch in batches:
            for number, rows in zip(batch["number"].to_pylist(), batch["rows"].to_pylist(), strict=True):
                done, files = appraised(known, number, pickle.loads(rows))
                said = pa.array([json.dumps(asdict(done))], pa.string())
                tables = [pa.array([files[name]], pa.binary()) for name in TABLES]
                yield pa.RecordBatch.from_arrays([said, *tables], [_DONE, *TABLES])

    return appraise_chunks


def _received(frame: Any) -> Iterator[Any]:
    """The rows as they come, a partition at a time."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield from frame.toLocalIterator(prefetchPartitions=True)
    except (PySparkException, Py4JError) as error:
        reason = shown(str(error).strip().splitlines()[0], 300)
        remedy = tr("look at the log of Spark; repayplan must be installed on every worker")
        raise RepayplanError(Fault(tr("Spark failed: {reason}", reason=reason), remedy=remedy)) from error


@contextmanager
def _session(workers: int, master: str | None) -> Iterator[Any]:
    """The session in use, or one of our own that ends with the run."""
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    active = SparkSession.getActiveSession()
    if active is not None:
        yield active
        return
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.appName("repayplan").config("spark.ui.enabled", "false")
    submitted = "PYSPARK_SUBMIT_ARGS" in os.environ or "SPARK_ENV_LOADED" in os.environ
    if master is not None or not submitted:
        builder = builder.master(master or f"local[{workers}]")
    if (master or "local").startswith("local") and not submitted:
        builder = builder.config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
    for name in ONE_THREAD:
        os.environ.setdefault(name, "1")
        builder = builder.config(f"spark.executorEnv.{name}", "1")
    try:
        session = builder.getOrCreate()
    except (PySparkException, OSError) as error:
        reason = shown(str(error).strip().splitlines()[0], 300)
        remedy = tr("install Java 17 or newer (JAVA_HOME), or take --engine local")
        raise RepayplanError(Fault(tr("Spark cannot be started: {reason}", reason=reason), remedy=remedy)) from None
    try:
        session.sparkContext.setLogLevel("ERROR")
        yield session
    finally:
        session.stop()
