"""The story of an example: an order is paid, partly refunded, sent, returned, and the rest of its money goes back."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from tests.billing.conftest import Office
from tests.billing.worked_examples.examples import minor

SELLER = {"phone": "+49 30 1234567", "email": "accounts@shop.example", "line1": "1 Main Street"}


@dataclass
class Told:
    """What became of an example."""

    order: dict[str, Any]
    invoice: dict[str, Any]
    notes: list[dict[str, Any]] = field(default_factory=list)

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [self.invoice, *self.notes]


@dataclass
class Teller:
    office: Office
    customers: dict[str, str] = field(default_factory=dict)
    shop: dict[str, Any] | None = None

    async def tell(self, example: dict[str, Any]) -> Told:
        if example["shop"] != self.shop:
            await self.open(example["shop"])
        buyer = await self.customer(example["buyer"].get("language", "en"))
        order = await self.order(buyer, example)
        payment = await self.office.pay(buyer, order)
        told = Told(order, await self.office.issue(order))
        await self.refund_some(told, payment, example)
        if not any(goods.get("download") for goods in example["goods"]):
            await self.bring_back(told, buyer)
        if sum(note["total"] for note in told.notes) < told.invoice["total"]:
            told.notes.append(await self.office.credit(await self.office.refund(payment)))
        return told

    async def open(self, shop: dict[str, Any]) -> None:
        """Another seller, another tax office: nothing of the shop before is in force."""
        self.shop = shop
        for kind, name in (("tax_rates", "tax_rate_id"), ("tax_exemptions", "exemption_id")):
            found = await self.office.shop.admin.fetch(f"SELECT id FROM sales.{kind} WHERE upper_inf(valid)")
            for row in found:
                await self.admin(f"end_{kind.removesuffix('s')}", **{name: row["id"]})
        await self.office.sells(**SELLER | {"name": shop["name"], "e_invoice": True} | shop["seller"])
        await self.admin(
            "update_settings", time_zone=shop.get("time_zone", "UTC"), tax_rounding=shop.get("tax_rounding", "line")
        )
        for rate in shop.get("rates", []):
            await self.admin("create_tax_rate", **rate | {"rate": float(rate["rate"])})
        for rule in shop.get("rules", []):
            await self.admin("create_tax_exemption", **rule)

    async def admin(self, function: str, **given: Any) -> Any:
        return await self.office.shop.call("web_admin", function, token=self.office.admin, **given)

    async def customer(self, language: str) -> str:
        if language not in self.customers:
            token = await self.office.shop.account()
            await self.office.shop.call("web_customer", "update_account", token=token, language=language,
                                        display_name="Ada Lovelace", given=["language", "display_name"])  # fmt: skip
            self.customers[language] = token
        return self.customers[language]

    async def order(self, buyer: str, example: dict[str, Any]) -> dict[str, Any]:
        shop, currency, to = self.office.shop, example["currency"], dict(example["buyer"])
        reference = to.pop("reference", None)
        to.pop("language", None)
        to = {"name": "Ada Lovelace", "line1": "2 High Street", "city": "Town"} | to
        address = await shop.call("web_customer", "create_address", token=buyer, **to)
        given: dict[str, Any] = {"currency": currency, "shipping_address_id": address["id"]}
        if reference:
            given["buyer_reference"] = reference
        if "discount" in example:
            given["promo_code"] = f"P{uuid.uuid4().hex[:12]}".upper()
            await shop.call("web_support", "create_promotion", token=shop.support, code=given["promo_code"],
                            name="Less", kind="fixed", currency=currency,
                            amount=minor(example["discount"], currency))  # fmt: skip
        if "shipping" in example:
            rate = {"country": None, "currency": currency, "up_to": 0, "free_from": None,
                    "price": minor(example["shipping"]["price"], currency)}  # fmt: skip
            made = await self.admin("create_shipping_method", name="Parcel", rates=[rate],
                                    tax_category=example["shipping"].get("tax"))  # fmt: skip
            given["shipping_method_id"] = made["id"]
        given["items"] = [await self.line(goods, currency) for goods in example["goods"]]
        made = await shop.call("web_customer", "create_order", token=buyer, **given)
        await shop.call("web_customer", "delete_address", token=buyer, address_id=address["id"])
        return dict(made)

    async def line(self, goods: dict[str, Any], currency: str) -> dict[str, Any]:
        shop = self.office.shop
        product = await shop.call(
            "web_merchant", "create_product", token=shop.merchant, name=goods["name"], description="",
            sku=uuid.uuid4().hex[:12], price=minor(goods["price"], currency), currency=currency, stock=10_000,
            tax_category=goods.get("tax", "standard"), requires_shipping=not goods.get("download"),
        )  # fmt: skip
        return {"product_id": product["id"], "quantity": goods.get("quantity", 1)}

    async def refund_some(self, told: Told, payment: dict[str, Any], example: dict[str, Any]) -> None:
        refund = example["refund"]
        if "piece" in refund:
            [item] = [item for item in told.order["items"] if item["name"] == refund["piece"]]
            given: dict[str, Any] = {"items": [{"order_item_id": item["id"], "quantity": 1}]}
        else:
            given = {"amount": minor(refund["amount"], example["currency"])}
        told.notes.append(await self.office.credit(await self.office.refund(payment, **given)))

    async def bring_back(self, told: Told, buyer: str) -> None:
        """Everything that was not refunded piece by piece is sent, and comes back."""
        shop = self.office.shop
        left = await shop.admin.fetch(
            "SELECT id::text, quantity - quantity_refunded AS pieces FROM sales.order_items "
            "WHERE order_id = $1 AND quantity > quantity_refunded",
            uuid.UUID(told.order["id"]),
        )
        if not left:
            return
        for function in ("ship_order", "deliver_order"):
            await shop.call("web_support", function, token=shop.support, order_id=told.order["id"])
        items = [{"order_item_id": row["id"], "quantity": row["pieces"]} for row in left]
        made = await shop.call("web_customer", "create_return", token=buyer, order_id=told.order["id"], items=items,
                               reason="does not fit")  # fmt: skip
        for function in ("approve_return", "receive_return"):
            await shop.call("web_support", function, token=shop.support, return_id=made["id"])
        refunds = await shop.admin.fetch(
            "SELECT r.id::text FROM payments.refunds AS r WHERE r.order_id = $1 AND r.status = 'pending' ORDER BY r.id",
            uuid.UUID(told.order["id"]),
        )
        for refund in refunds:
            assert await shop.call("web_worker", "complete_refund", refund_id=refund["id"],
                                   provider_reference=f"re_{refund['id']}")  # fmt: skip
            told.notes.append(await self.office.credit(dict(refund)))
