"""The rules of the matrix (test_matrix.py): what a function must answer, by its audience and by whose object it gets.

An answer is `reached` (the function found the object and did its work, or refused for a reason of its own), `missing`
(404), `own` (403, four eyes), `closed` (42501: the role lacks EXECUTE), or the code of another refusal.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.security.conftest import Function, Parameter

ROLES = ("anonymous", "guest", "customer", "merchant", "support", "admin", "gateway", "worker")
SIGNED_IN = ("guest", "customer", "merchant", "support", "admin")
REACHED, MISSING, OWN, CLOSED, UNKNOWN = "reached", "missing", "own", "closed", "unknown caller"
LINE = re.compile(r"\| `(\w+)` \|(.+)\|")

# Of which kind the object is that a parameter names, where the parameter's name does not say it.
KINDS = {
    "merchant": "account",
    "shipping_address_id": "address",
    "parent_id": "category",
    "last_event_id": "event",
    ("delete_product_in_order", "item_id"): "order_item",
    ("update_cart_item", "item_id"): "cart_item",
    ("delete_cart_item", "item_id"): "cart_item",
    # These look at the order's status before they look at anything else that they are given.
    ("delete_product_in_order", "order_id"): "pending_order",
    ("set_shipping_address", "order_id"): "pending_order",
    ("delete_wishlist_item", "product_id"): "wished",
    ("prepare_mail", "mail_id"): "job",
    ("fail_job", "job_id"): "job",
}
# Ids that name no object, and what internal functions take.
NO_OBJECTS = {"next_position", "viewer", "actor", "owner_id", "order_item_id"}
# Values that the functions' domains accept, where tests/security/conftest.py has none.
GIVEN = {"failure_code": "account_closed", "method": "cash", "interval": "day", "content": "JVBERi0xLjcg"}
# What belongs to no account.
SHOPS = {"category", "promotion", "tax_rate", "exemption", "shipping_method", "job", "run"}
# What everybody may see and buy.
PUBLIC = {"product", "bundle"}


@dataclass(frozen=True)
class Endpoint:
    """A function of schema api: who may call it, and which of its parameters name an object."""

    function: Function
    required: int
    writes: bool
    roles: frozenset[str]

    @property
    def name(self) -> str:
        return self.function.name

    @property
    def audience(self) -> str:
        """The narrowest of those for whom it was made; the others have it because roles nest."""
        return next((role for role in (*ROLES[:4], "staff", *ROLES[6:]) if role in self._granted()), "nobody")

    def _granted(self) -> frozenset[str]:
        return self.roles | ({"staff"} if self.roles & {"support", "admin"} else frozenset())

    @property
    def places(self) -> list[Parameter]:
        return [p for p in self.function.parameters if p.type == "uuid" and p.name not in NO_OBJECTS]

    def kind(self, parameter: str) -> str:
        return KINDS.get((self.name, parameter)) or KINDS.get(parameter) or re.sub("_id$", "", parameter)

    def with_parameters(self, varied: str = "") -> Function:
        """The function as it is called: what it requires, and the one parameter that the cell is about."""
        given = [p for n, p in enumerate(self.function.parameters) if n < self.required or p.name == varied]
        either = {"product_id": "bundle_id", "bundle_id": "product_id"}.get(varied)
        return Function(self.name, tuple(p for p in given if p.name != either), self.function.void)


def read_permissions(text: str) -> dict[str, frozenset[str]]:
    """db/PERMISSIONS.md: the roles that may call each function."""
    found = {}
    for name, cells in LINE.findall(text):
        marks = [cell.strip() == "●" for cell in cells.split("|")]
        assert len(marks) == len(ROLES), name
        found[name] = frozenset(role for role, mark in zip(ROLES, marks, strict=True) if mark)
    return found


STAFF = frozenset({"support", "admin"})


@dataclass(frozen=True)
class Exemption:
    """Cells that answer otherwise than the rules say, and why."""

    reason: str
    answer: str
    whose: str
    cells: frozenset[tuple[str, str]]
    roles: frozenset[str] = frozenset(ROLES)


def exempt(reason: str, answer: str, whose: str, cells: str, roles: frozenset[str] = frozenset(ROLES)) -> Exemption:
    pairs = (cell.split("/") for cell in cells.split())
    return Exemption(reason, answer, whose, frozenset((name, parameter) for name, parameter in pairs), roles)


EXEMPTIONS = (
    exempt(
        "staff read customers' orders, papers, payments, parcels and returns with the functions that customers have",
        REACHED, "other",
        "get_credit_note/credit_note_id get_credit_note_pdf/credit_note_id get_credit_note_xml/credit_note_id "
        "get_invoice/order_id get_invoice_pdf/order_id get_invoice_xml/order_id get_payment/payment_id "
        "get_payout/payout_id get_return/return_id "
        "get_shipment/shipment_id list_credit_notes/order_id list_payments/order_id list_returns/order_id "
        "list_shipments/order_id", STAFF,
    ),
    exempt(
        "an admin looks after the webhook endpoints of all merchants", REACHED, "other",
        "delete_webhook_endpoint/endpoint_id get_webhook_endpoint/endpoint_id list_webhook_deliveries/endpoint_id "
        "test_webhook_endpoint/endpoint_id update_webhook_endpoint/endpoint_id", frozenset({"admin"}),
    ),
    exempt(
        "… but the delivery is not one of that endpoint", MISSING, "other", "redeliver_webhook/endpoint_id",
        frozenset({"admin"}),
    ),
    exempt(
        "a filter of a list: nothing matches", REACHED, "missing",
        "get_product_facets/category get_product_facets/merchant list_products/category list_products/merchant "
        "list_all_orders/account list_all_payouts/account list_credit_changes/account "
        "list_security_events/account",
    ),
    exempt(
        "the web tier reads part by part until there is none", REACHED, "missing",
        "get_account_export_part/export_id",
    ),
    exempt(
        "the web tier reads part by part until there is none", REACHED, "other",
        "get_account_export_part/export_id",
    ),
    exempt("staff announce returns for customers", REACHED, "other", "create_return/order_id", STAFF),
    exempt(
        "a choice that the shop does not offer: 422", REACHED, "missing",
        "create_order/shipping_method_id checkout_cart/shipping_method_id",
    ),
    exempt("no event of this order, whoever's it is: 422", REACHED, "missing", "stream_order/last_event_id"),
    exempt("no event of this order, whoever's it is: 422", REACHED, "other", "stream_order/last_event_id"),
    exempt(
        "jobs are repeated: what is gone by then is done, and answers false or nothing", REACHED, "missing",
        "advance_export/account_id advance_import/import_id advance_reconciliation/run_id complete_payout/payout_id "
        "erase_account/account_id fail_job/job_id finish_job/job_id list_payments_to_reconcile/run_id "
        "get_tax_id_check/check_id prepare_mail/mail_id record_delivery_attempt/delivery_id "
        "record_tax_id_check/check_id skip_reconciliation/run_id "
        "store_gateway_movements/run_id fail_payment/payment_id",
    ),
    exempt(
        "a gateway's word about what is not ours is stored, or shown as the shop's page without an order", REACHED,
        "missing", "receive_gateway_event/payment_id get_checkout_return/payment_id",
    ),
    exempt(
        "the test gateway's own books, which know no payments", REACHED, "missing",
        "list_mock_movements/payment_id record_mock_movement/payment_id record_mock_movement/refund_id",
    ),
)  # fmt: skip


def exemption(endpoint: Endpoint, parameter: str, whose: str, role: str) -> Exemption | None:
    cell = (endpoint.name, parameter)
    return next((e for e in EXEMPTIONS if cell in e.cells and whose == e.whose and role in e.roles), None)


def expected(endpoint: Endpoint, parameter: str, whose: str) -> str:
    """The rules. What is not of the caller's own is not there for them, unless it is public or they are staff."""
    kind = endpoint.kind(parameter)
    if whose == "missing":
        return MISSING
    if whose == "own" and endpoint.audience == "staff" and endpoint.writes and kind not in SHOPS:
        return OWN
    if whose == "other" and endpoint.audience in ("guest", "customer", "merchant") and kind not in SHOPS:
        return REACHED if endpoint.audience in ("guest", "customer") and kind in PUBLIC else MISSING
    return REACHED
