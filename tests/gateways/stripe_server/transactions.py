"""The list of the account's balance transactions."""

from __future__ import annotations

from tests.gateways.stripe_server.account import Account
from tests.gateways.stripe_server.protocol import Refusal, Thing


class Transactions(Account):
    def _list_transactions(self, params: Thing) -> Thing:
        limit = params.get("limit", 10)
        if not 1 <= limit <= 100:
            raise Refusal(400, "Limit can range between 1 and 100.", param="limit")
        first, last = 0, 2**40
        match params.get("created", {}):
            case int(moment):
                first = last = moment
            case bounds:
                first = max(bounds.get("gte", first), bounds.get("gt", first - 1) + 1)
                last = min(bounds.get("lte", last), bounds.get("lt", last + 1) - 1)
        found = [t for t in reversed(self.transactions.values()) if first <= t["created"] <= last]  # newest first
        if "starting_after" in params:
            self._find(self.transactions, params["starting_after"], "balance_transaction")
            found = found[[t["id"] for t in found].index(params["starting_after"]) + 1 :]
        data = found[:limit]
        if params.get("expand") == ["data.source"]:
            data = [self._with_source(entry) for entry in data]
        more = len(found) > limit
        return {"object": "list", "url": "/v1/balance_transactions", "data": data, "has_more": more}

    def _get_transaction(self, params: Thing, transaction_id: str) -> Thing:
        entry = self._find(self.transactions, transaction_id, "balance_transaction")
        return self._with_source(entry) if params.get("expand") == ["source"] else entry

    def _with_source(self, entry: Thing) -> Thing:
        sources = {**self.charges, **self.refunds, **self.disputes, **self.others}
        return entry | {"source": entry["source"] and sources[entry["source"]]}
