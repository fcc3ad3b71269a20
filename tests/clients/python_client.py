"""A purchase through the package that openapi-python-client generates. Checked with mypy --strict, without a cast."""

import os
import uuid
from typing import TypeVar, assert_never

import httpx
from shop_client import AuthenticatedClient, Client
from shop_client.api.account import create_account, create_session
from shop_client.api.cart import add_cart_item, checkout_cart
from shop_client.api.orders import get_order
from shop_client.api.payments import begin_payment
from shop_client.api.products import list_products
from shop_client.api.refunds import create_refund
from shop_client.models import (
    AddCartItemRequest,
    BeginPaymentRequest,
    CheckoutCartRequest,
    CreateAccountRequest,
    CreateRefundRequest,
    CreateSessionRequest,
    OrderStatus,
    Problem,
    Product,
    Provider,
)
from shop_client.types import UNSET, Unset

SHOP, PRODUCT, PASSWORD = os.environ["SHOP"], os.environ["PRODUCT"], os.environ["PASSWORD"]
T = TypeVar("T")


def taken(answer: T | Problem | None) -> T:
    """What was asked for, or the shop's sentence as an error."""
    if answer is None or isinstance(answer, Problem):
        raise RuntimeError(answer.detail if answer else "an answer that the document does not know")
    return answer


def sentence(status: OrderStatus) -> str:
    """mypy knows whether a status has been forgotten."""
    match status:
        case OrderStatus.PENDING:
            return "waits for the payment"
        case OrderStatus.PAID | OrderStatus.SHIPPED | OrderStatus.DELIVERED:
            return "is paid"
        case OrderStatus.CANCELLED:
            return "was cancelled"
        case _:
            assert_never(status)


PATIENCE = httpx.Timeout(60)
shop = Client(base_url=SHOP, timeout=PATIENCE)


def log_in(email: str) -> AuthenticatedClient:
    session = taken(create_session.sync(client=shop, body=CreateSessionRequest(email=email, password=PASSWORD)))
    if session.access_token is None:
        raise RuntimeError("the tokens are in cookies")
    return AuthenticatedClient(base_url=SHOP, token=session.access_token, timeout=PATIENCE)


def find_product(name: str) -> Product:
    """In the catalogue, page by page: next_cursor is null on the last one."""
    cursor: str | Unset | None = UNSET
    while cursor is not None:
        page = taken(list_products.sync(client=shop, q=name, in_stock=True, limit=1, cursor=cursor))
        for product in page.data:
            if product.name == name:
                return product
        cursor = page.next_cursor
    raise RuntimeError("the catalogue has no such product")


email = f"{uuid.uuid4()}@example.com"
account = taken(create_account.sync(client=shop, body=CreateAccountRequest(email=email, password=PASSWORD)))
customer = log_in(email)
product = find_product(PRODUCT)
price = product.price
if price is None:
    raise RuntimeError("it is not sold in this currency")

cart = taken(add_cart_item.sync(client=customer, body=AddCartItemRequest(product_id=product.id, quantity=2)))
if cart.total != 2 * price:
    raise RuntimeError(f"the cart's total is {cart.total}")
key = str(uuid.uuid4())
order = taken(checkout_cart.sync(client=customer, body=CheckoutCartRequest(), idempotency_key=key))

begun = taken(begin_payment.sync(order.id, client=customer, body=BeginPaymentRequest(provider=Provider.MOCK)))
if begun.checkout_url is None:
    raise RuntimeError("the payment needs no page")
httpx.post(begun.checkout_url, data={"outcome": "pay"}, timeout=PATIENCE)

paid = taken(get_order.sync(order.id, client=customer))
print(paid.number, sentence(paid.status), paid.amount_paid, paid.currency)

support = log_in(os.environ["SUPPORT_EMAIL"])
wanted = CreateRefundRequest(reason="It arrived broken.", amount=price)
refund = taken(create_refund.sync(begun.payment.id, client=support, body=wanted))
# A refusal is typed as well: its code is a word for programs.
again = create_refund.sync(
    begun.payment.id, client=support, body=CreateRefundRequest(reason="Once more.", amount=2 * price)
)
print(refund.amount, refund.currency, again.code if isinstance(again, Problem) else again)
