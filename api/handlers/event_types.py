"""GET /events/types: the registry of the database, with JSON Schemas that are complete in themselves."""

from __future__ import annotations

import orjson

from api.contract.events import whole_schema
from api.contract.operations import Operation
from api.http.endpoint import Endpoint
from api.http.requests import ApiRequest
from api.http.responses import RawResponse
from api.state import State


class EventTypes(Endpoint):
    """The database refers to the OpenAPI document; a client that reads only this list gets the schema itself."""

    def bind(self, operation: Operation, state: State) -> None:
        """Prepares the answer: it changes with a deployment, and then the contract is read again."""
        super().bind(operation, state)
        contract = state["contract"]
        types = [
            {
                "type": event.type,
                "description": event.description,
                "payload": event.payload,
                "merchant_payload": event.merchant_payload or None,
                "schema": whole_schema(contract.types, f"api.{event.payload}_payload"),
                "example": event.example,
            }
            for event in contract.events
        ]
        self.text = orjson.dumps({"data": types, "next_cursor": None}).decode()

    async def respond(self, request: ApiRequest) -> RawResponse:
        """The list. Raises Problem for parameters, of which it has none."""
        caller = self.identify(request)
        await self.read(request)
        return self.compose(request, self.text, caller)
