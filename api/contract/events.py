"""Events in the OpenAPI document: payloads, the log, the timeline and stream of an order, and webhooks.

The registry of the database (api.list_event_types) names the payload of each type. Types that share a payload share the
components `logged_…` (the log), `timeline_…` (an order's timeline and stream) and `webhook_…` (what is sent), whose
`type` is an enum of these types: so `event` and `order_event` are unions that a client narrows by `type`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from api.contract.components import Components
from api.contract.json_schema import REFERENCE, Schema, Types, nullable

# The types of these things belong to an order; only they are in its timeline.
OF_ORDERS = frozenset(
    ("order", "payment", "refund", "dispute", "invoice", "credit_note", "debit_note", "shipment", "return")
)
_SALE = "sale"  # the payload that merchants get of orders


@dataclass(frozen=True)
class EventType:
    """A line of the registry. `payload`: the composite is api.<payload>_payload; `merchant_payload` may be empty."""

    type: str
    description: str
    payload: str
    merchant_payload: str
    example: Any

    @property
    def of_order(self) -> bool:
        """Whether it may be about an order (a payment may also be a deposit)."""
        return self.type.partition(".")[0] in OF_ORDERS

    @property
    def always_of_order(self) -> bool:
        """Whether it is always about an order."""
        return self.of_order and self.payload not in ("payment", "refund", "dispute")


def payload_component(payload: str) -> str:
    """The name of a payload's component."""
    return f"{payload}_payload"


def names_component(payload: str) -> str:
    """The name of the component that lists the types with a payload: in it a client finds what `type` can be."""
    return f"{payload}_event_name"


def _names(events: Iterable[EventType]) -> Schema:
    return {"type": "string", "enum": sorted(event.type for event in events), "description": "Types of one payload."}


def whole_schema(types: Types, name: str) -> Schema:
    """The schema of a response type with everything that it is made of, for use outside the document."""
    components = types.components([name], request=False)
    own = components.pop(name.removeprefix("api."))
    found: Schema = _relocated({**own, "$defs": components} if components else own)
    return found


def add_events(components: Components, events: Sequence[EventType]) -> None:
    """Adds the payloads, the members of `event` and `order_event`, and the bodies of webhooks."""
    schemas = components.schemas
    payloads: dict[str, list[EventType]] = {}
    for event in events:
        payloads.setdefault(event.payload, []).append(event)
        for payload in filter(None, (event.payload, event.merchant_payload)):
            components.response(f"api.{payload_component(payload)}")
    for payload, those in payloads.items():
        components.add(names_component(payload), _names(those))
    for component, prefix, kept in (
        ("event", "logged", events),
        ("order_event", "timeline", [event for event in events if event.of_order]),
    ):
        if component in schemas and kept:
            schemas.update(_union(component, prefix, schemas[component], kept))
    _add_bodies(schemas, payloads)


def _union(component: str, prefix: str, schema: Schema, events: Sequence[EventType]) -> dict[str, Schema]:
    """A component for each payload, and `component` as their union."""
    found: dict[str, Schema] = {}
    mapping: dict[str, str] = {}
    for event in events:
        name = f"{prefix}_{event.payload}"
        properties = schema["properties"] | {
            "type": {"$ref": REFERENCE + names_component(event.payload)},
            "data": {"$ref": REFERENCE + payload_component(event.payload)},
        }
        found[name] = {**schema, "properties": properties}
        mapping[event.type] = REFERENCE + name
    return {**found, component: _one_of(list(found), mapping)}


def _one_of(names: Iterable[str], mapping: dict[str, str]) -> Schema:
    return {
        "oneOf": [{"$ref": REFERENCE + name} for name in names],
        "discriminator": {"propertyName": "type", "mapping": mapping},
    }


# --- webhooks ---------------------------------------------------------------------------------------

_ORDER: Schema = {
    "order_id": {"type": "string", "format": "uuid", "description": "The order that it is about."},
    "order_number": {"type": "string", "description": "The number of that order."},
}
_ACCOUNT: Schema = {"type": "string", "format": "uuid", "description": "The account that it concerns."}


def webhooks(events: Sequence[EventType]) -> dict[str, Any]:
    """What the shop sends: an operation of the receiver for each type."""
    return {event.type: {"post": _webhook(event)} for event in events}


def _add_bodies(schemas: dict[str, Schema], payloads: dict[str, list[EventType]]) -> None:
    for payload, events in payloads.items():
        data = _with_order(schemas[payload_component(payload)], events)
        account = nullable(_ACCOUNT) | {"description": f"{_ACCOUNT['description']} Null: none."}
        data["properties"]["account_id"] = account
        data["required"] = [*data["required"], "account_id"]
        schemas[f"webhook_{payload}_data"] = data
        schemas[f"webhook_{payload}"] = _envelope(payload)
    if sales := [event for events in payloads.values() for event in events if event.merchant_payload == _SALE]:
        sale = schemas.pop(payload_component(_SALE))  # it is sent with the order's number only
        schemas["webhook_sale_data"] = _with_order(sale, sales[:1], always=True)
        schemas[names_component(_SALE)] = _names(sales)
        schemas["webhook_sale"] = _envelope(_SALE)


def _with_order(payload: Schema, events: list[EventType], *, always: bool = False) -> Schema:
    """A payload with the fields that webhooks add."""
    always = always or all(event.always_of_order for event in events)
    extra = {
        name: dict(field)
        if always
        else nullable(field) | {"description": f"{field['description']} Null: it is about none."}
        for name, field in _ORDER.items()
    }
    return {
        **payload,
        "required": [*extra, *payload["required"]],
        "properties": {**extra, **payload["properties"]},
    }


def _envelope(payload: str) -> Schema:
    return {
        "type": "object",
        "required": ["id", "type", "timestamp", "data"],
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "As in `webhook-id`: an event may arrive twice."},
            "type": {"$ref": REFERENCE + names_component(payload)},
            "timestamp": {"type": "string", "format": "date-time", "description": "When it happened."},
            # No `const`: openapi-python-client 0.29 writes a syntax error for one that may be absent.
            "test": {"type": "boolean", "description": "true in a test: nothing has happened. Absent otherwise."},
            "data": {"$ref": f"{REFERENCE}webhook_{payload}_data"},
        },
    }


_HEADERS: dict[str, str] = {
    "webhook-id": "The id of the event, the same for every attempt.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970. Refuse what is older than five minutes.",
    "webhook-signature": "`v1,` and the base64 of the HMAC-SHA256, with the endpoint's secret, of id, timestamp and "
    "body, joined with dots (standardwebhooks.com). Several, separated by blanks, while a secret is being replaced.",
}


PARAMETERS: dict[str, Schema] = {
    name: {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
    for name, text in _HEADERS.items()
}


def _webhook(event: EventType) -> dict[str, Any]:
    schema: Schema = {"$ref": f"{REFERENCE}webhook_{event.payload}"}
    description = "To endpoints of administrators."
    if event.merchant_payload == _SALE:
        schema = {"anyOf": [schema, {"$ref": f"{REFERENCE}webhook_{_SALE}"}]}
        description = "To endpoints of administrators, and (`webhook_sale`) of merchants whose lines the order has."
    elif event.merchant_payload:
        description = "To endpoints of administrators and of the merchant."
    return {
        "operationId": f"on_{event.type.replace('.', '_')}",
        "tags": ["events"],
        "summary": event.description.rstrip("."),
        "description": description,
        "security": [],
        "parameters": [{"$ref": f"#/components/parameters/{name}"} for name in _HEADERS],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "Taken. Answer within ten seconds."},
            "410": {"description": "The endpoint does not exist any more; it is disabled."},
            "default": {"description": "The event is sent again, for three days with growing pauses."},
        },
    }


# --- the stream -------------------------------------------------------------------------------------


def describe_stream(paths: dict[str, Any]) -> None:
    """OpenAPI 3.1 cannot say what the items of a stream are; 3.2's `itemSchema` can, here as an extension."""
    for methods in paths.values():
        for operation in methods.values():
            for response in operation["responses"].values():
                if (content := response.get("content", {}).get("text/event-stream")) is not None:
                    content["schema"] |= {
                        "description": "Server-sent events; the `data` of each is an `order_event` as JSON."
                    }
                    content["x-itemSchema"] = {
                        "type": "object",
                        "required": ["event", "data"],
                        "properties": {
                            "id": {"type": "string", "format": "uuid", "description": "Where to continue."},
                            "event": {"$ref": f"{REFERENCE}event_type_name"},
                            "data": {
                                "type": "string",
                                "contentMediaType": "application/json",
                                "contentSchema": {"$ref": f"{REFERENCE}order_event"},
                            },
                        },
                    }


def _relocated(schema: Any) -> Any:
    """The schema with its references into `$defs` instead of the document."""
    if isinstance(schema, dict):
        return {
            name: "#/$defs/" + part.removeprefix(REFERENCE) if name == "$ref" else _relocated(part)
            for name, part in schema.items()
        }
    return [_relocated(part) for part in schema] if isinstance(schema, list) else schema
