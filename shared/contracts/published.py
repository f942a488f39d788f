"""The public contract, generated: a JSON Schema for each event, document and state, and AsyncAPI 3 for the topics.

`python -m shared.contracts.published` writes them into `docs/`. Tests hold the files to what is generated here, and
what is generated to what was released (`shared.contracts.compatibility`).
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from pydantic import BaseModel

from shared.contracts.documents import Framework, Policy, RicherPolicy
from shared.contracts.events import EVENTS, EventContract
from shared.contracts.states import StateChanged
from shared.contracts.tasks import Moves, Questions, RicherRubric, RicherTask, Rubric, Task
from shared.ledger.entry import schema_name
from shared.ledger.identifiers import SHARDS
from shared.ledger.state_records import CHANGED, DROPPED

DOCS = Path(__file__).resolve().parents[2] / "docs"
SCHEMAS, RELEASED, ASYNCAPI = DOCS / "schemas", DOCS / "schemas" / "released", DOCS / "asyncapi.yaml"

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DOCUMENTS: tuple[type[BaseModel], ...] = (
    Framework,
    Rubric,
    RicherRubric,
    Task,
    RicherTask,
    Policy,
    RicherPolicy,
    Questions,
    Moves,
)

_TEXT: Mapping[str, Any] = {"type": "string"}
_NUMBER: Mapping[str, Any] = {"type": "string", "pattern": "^(0|[1-9][0-9]*)$"}
_INSTANT: Mapping[str, Any] = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"}
_OF_ALL: Mapping[str, Mapping[str, Any]] = {
    "ce_specversion": {"type": "string", "const": "1.0"},
    "ce_id": _TEXT,
    "ce_source": _TEXT,
    "ce_type": _TEXT,
    "ce_time": _INSTANT,
    "ce_subject": _TEXT,
    "ce_partitionkey": _TEXT,
    "ce_tenant": _TEXT,
    "ce_shard": _NUMBER,
}
_OF_ENTRIES: Mapping[str, Mapping[str, Any]] = {
    "ce_dataschema": _TEXT,
    "ce_recordedtime": _INSTANT,
    "ce_ledger": _TEXT,
    "ce_position": _NUMBER,
    "ce_epoch": _NUMBER,
    "ce_streamversion": _NUMBER,
    "ce_actor": _TEXT,
    "ce_bodydigest": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    "content-type": {"type": "string", "const": "application/json"},
}


def schemas() -> dict[str, dict[str, Any]]:
    """Every schema by the name of its file, without `.json`: events as `Name.version`, documents as their format."""
    events = {_file(event.name, event.number): _read(event.body, event.schema) for event in EVENTS.values()}
    documents = {form: _schema(model, f"urn:{form}") for model in DOCUMENTS for form in [_format(model)]}
    return {**events, **documents, _file(CHANGED, 1): _read(StateChanged, schema_name(CHANGED, 1))}


def asyncapi() -> dict[str, Any]:
    """The three topics, their records' headers and values, and that a subscriber receives from them."""
    ledgers = {
        f"{ledger}.ledger": [event for event in EVENTS.values() if event.ledger == ledger]
        for ledger in ("evidence", "definitions")
    }
    messages = {event.name: _message(event) for events in ledgers.values() for event in events} | _states()
    topics = {topic: [event.name for event in events] for topic, events in ledgers.items()}
    topics["mastery.state"] = [CHANGED, DROPPED]
    partitions = {"evidence.ledger": SHARDS["evidence"], "definitions.ledger": SHARDS["definitions"]}
    partitions["mastery.state"] = SHARDS["evidence"]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ascertain: what subscribers read",
            "version": "1.0.0",
            "description": "The ledgers from their first event, and each state of mastery. See subscribers.md.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "district": {
                "host": "kafka.example.org:9092",
                "protocol": "kafka-secure",
                "description": "As `./ascertain subscriber add` prints it: SASL with SCRAM-SHA-512.",
                "security": [{"$ref": "#/components/securitySchemes/scram"}],
            }
        },
        "channels": {
            _channel(topic): {
                "address": topic,
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
                "bindings": {"kafka": {"topic": topic, "partitions": partitions[topic]}},
            }
            for topic, names in topics.items()
        },
        "operations": {
            f"read{_channel(topic)}": {
                "action": "receive",
                "channel": {"$ref": f"#/channels/{_channel(topic)}"},
                "summary": f"Read {topic} from its first record, in a consumer group of the subscriber's own name.",
            }
            for topic in topics
        },
        "components": {"messages": messages, "securitySchemes": {"scram": {"type": "scramSha512"}}},
    }


def files() -> dict[Path, str]:
    """Every generated file and what stands in it."""
    written = {SCHEMAS / f"{name}.json": json_text(schema) for name, schema in schemas().items()}
    return {**written, ASYNCAPI: yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=120)}


def json_text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _file(name: str, number: int) -> str:
    return f"{name}.{number}"


def _format(model: type[BaseModel]) -> str:
    return str(model.model_json_schema()["properties"]["format"]["const"])


def _channel(topic: str) -> str:
    first, second = topic.split(".")
    return first.capitalize() + second.capitalize()


def _schema(model: type[BaseModel], identity: str) -> dict[str, Any]:
    return {"$schema": DIALECT, "$id": identity, **_as_stored(model.model_json_schema())}


def _read(model: type[BaseModel], identity: str) -> dict[str, Any]:
    """For who reads: a later version of the platform may add members, which a reader passes over."""
    opened: dict[str, Any] = _opened(_schema(model, identity))
    return opened


def _opened(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_opened(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    return {name: _opened(part) for name, part in schema.items() if (name, part) != ("additionalProperties", False)}


def _as_stored(schema: Any) -> Any:
    """A schema of the bytes: what a body leaves out is absent there, never null."""
    if isinstance(schema, list):
        return [_as_stored(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "default" in schema and schema["default"] is None:
        schema = {name: part for name, part in schema.items() if name != "default"}
        kept = [part for part in schema.pop("anyOf", ()) if part != {"type": "null"}]
        if len(kept) == 1:
            schema |= kept[0]
        elif kept:
            schema["anyOf"] = kept
    return {name: _as_stored(part) for name, part in schema.items()}


def _message(event: EventContract) -> dict[str, Any]:
    told = {**_OF_ALL, **_OF_ENTRIES, "ce_type": _const(event.type), "ce_dataschema": _const(event.schema)}
    told["ce_ledger"] = _const(event.ledger)
    headers = {
        "type": "object",
        "required": list(told),
        "properties": {**told, "ce_requestdigest": _OF_ENTRIES["ce_bodydigest"]},
    }
    return {
        "name": event.type,
        "title": event.name,
        "summary": _first_sentence(event.body),
        "contentType": "application/json",
        "headers": headers,
        "payload": _payload(_file(event.name, event.number)),
        "bindings": {"kafka": {"key": {"type": "string", "format": "uuid"}}},
    }


def _states() -> dict[str, Any]:
    told = {**_OF_ALL, "ce_seq": _NUMBER}
    changed = {
        **told,
        "ce_type": _const(f"ascertain.{CHANGED}"),
        "ce_dataschema": _const(schema_name(CHANGED, 1)),
        "content-type": _OF_ENTRIES["content-type"],
    }
    dropped = {**told, "ce_type": _const(f"ascertain.{DROPPED}")}
    key = {"kafka": {"key": {"type": "string", "description": "learner/competency"}}}
    return {
        CHANGED: {
            "name": f"ascertain.{CHANGED}",
            "title": CHANGED,
            "summary": _first_sentence(StateChanged),
            "contentType": "application/json",
            "headers": {"type": "object", "required": list(changed), "properties": changed},
            "payload": _payload(_file(CHANGED, 1)),
            "bindings": key,
        },
        DROPPED: {
            "name": f"ascertain.{DROPPED}",
            "title": DROPPED,
            "summary": "There is no such state any more. The record has no value.",
            "headers": {"type": "object", "required": list(dropped), "properties": dropped},
            "payload": {"type": "null"},
            "bindings": key,
        },
    }


def _payload(file: str) -> dict[str, Any]:
    form = "application/schema+json;version=draft-2020-12"
    return {"schemaFormat": form, "schema": {"$ref": f"./schemas/{file}.json"}}


def _const(text: str) -> dict[str, Any]:
    return {"type": "string", "const": text}


def _first_sentence(model: type[BaseModel]) -> str:
    return " ".join((model.__doc__ or model.__name__).split("\n\n")[0].split())


def main() -> None:
    SCHEMAS.mkdir(parents=True, exist_ok=True)
    wanted = files()
    for stale in set(SCHEMAS.glob("*.json")) - wanted.keys():
        stale.unlink()
    for file, text in wanted.items():
        file.write_text(text)


if __name__ == "__main__":
    main()
