"""The other things a shop does all day: lists, product pages, carts, callbacks, and an order from its first request to
its last, paid."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg

from api.contract.statements import build_statement
from api.gateways.mock import Checkout, MockGateway

from . import load
from .load import LINES, LoadError, Result, fill, pgbench, wrk
from .parts import Part, Tell
from .shop import PREFIX, Shop, Web

LANES = 4  # connections that prepare payments


def lists(shop: Shop, web: Web, connections: Sequence[int], seconds: float, tell: Tell) -> Part:
    """As a customer who is logged in, for whom every answer is made; and as everybody, who may get one that is kept."""
    part = Part("product list: 20 products of one of 100 shelves", tell=tell)
    function = shop.contract.functions["list_products"]
    names = [p.name for p in function.visible]
    statement = build_statement(function, names, body=False)
    given = {"limit": "'20'", "category": f"('{PREFIX}' || :shelf::text)"}
    script = load.choose_customer(shop) + "\\set shelf random(200000000000, 200000000099)\n"
    script += fill(statement.text, [":token", load.REQUEST, *(given.get(name, "NULL") for name in names)])
    _both(
        part,
        shop,
        web,
        connections,
        seconds,
        script,
        ("product list", "list", 1),
        ("the same, not logged in", "list", 0),
    )
    return part


def pages(shop: Shop, web: Web, connections: Sequence[int], seconds: float, tell: Tell) -> Part:
    last = shop.size.products - 1
    part = Part(f"product page: one of {shop.size.products:,}", tell=tell)
    function = shop.contract.functions["get_product"]
    names = ["product_id", *(p.name for p in function.visible if p.name != "product_id")]
    statement = build_statement(function, names, body=False)
    given = {"product_id": f"('{PREFIX}' || :p1::text)"}
    script = load.choose_customer(shop) + f"\\set p1 {load.random_product(0, last)}\n"
    script += fill(statement.text, [":token", load.REQUEST, *(given.get(name, "NULL") for name in names)])
    _both(
        part, shop, web, connections, seconds, script, ("product page", "page", 1, 0, last),
        ("the same, not logged in", "page", 0, 0, last),
    )  # fmt: skip
    return part


def carts(shop: Shop, web: Web, connections: Sequence[int], seconds: float, tell: Tell) -> Part:
    part = Part("cart add: five products in a cart", tell=tell)
    statement = build_statement(shop.contract.functions["add_cart_item"], (), body=True)
    body = f"""('{{"product_id":"{PREFIX}' || :p1::text || '","quantity":1}}')"""
    script = load.choose_customer(shop)
    script += f"\\set p1 100000000000 + (:n * 5 + random(0, 4)) % {shop.size.products}\n"
    script += fill(statement.text, [":token", load.REQUEST, body])
    _both(part, shop, web, connections, seconds, script, ("cart add", "cart", shop.size.products))
    return part


def _both(
    part: Part,
    shop: Shop,
    web: Web,
    connections: Sequence[int],
    seconds: float,
    script: str,
    *kinds: tuple[object, ...],
) -> None:
    """By pgbench, then each kind over HTTP."""
    for n in connections:
        shop.settle()
        ceiling = part.add(pgbench(shop, "ceiling", script, n, seconds))
        for what, kind, *arguments in kinds:
            found = part.add(wrk(shop, web, str(what), str(kind), n, seconds, *arguments))
            part.remarks.append(f"{what}, {n} connections: {found.rate / ceiling.rate:.2f} of the ceiling")


# --- callbacks ------------------------------------------------------------------------------------


def callbacks(shop: Shop, web: Web, connections: Sequence[int], seconds: float, tell: Tell) -> Part:
    """A gateway says that an order is paid: signature, event, payment, order, stock, books, events, invoice."""
    part = Part("callback: an order is paid", tell=tell)
    statement = build_statement(shop.contract.functions["receive_gateway_event"], (), body=True, hidden=())
    event = "(SELECT c.event FROM bench.callbacks AS c WHERE c.n = :next)"
    for n in connections:
        # As many as can be used up; how many that is, a short try tells.
        first, last = _prepare(shop, int(1000 * min(seconds, 2)) + 100 * n)
        tried = _callbacks_over_http(shop, web, n, min(seconds, 2), first, last)
        first, last = _prepare(shop, int(tried.rate * (seconds + 1) * 2) + 4 * n)
        shop.settle()
        found = part.add(_callbacks_over_http(shop, web, n, seconds, first, last))
        first, last = _prepare(shop, int(found.rate * (seconds + 4) * 3) + 4 * n)
        script = (
            f"\\set next {first} + :client_id + :orders * :clients\n\\set orders :orders + 1\n"
            f"\\if :next > {last}\n\\set next 1 / 0\n\\endif\n" + fill(statement.text, ["''", load.REQUEST, event])
        )
        shop.settle()
        ceiling = part.add(pgbench(shop, "ceiling", script, n, seconds, role="web_gateway"))
        part.remarks.append(f"callback, {n} connections: {found.rate / ceiling.rate:.2f} of the ceiling")
    return part


def _prepare(shop: Shop, count: int) -> tuple[int, int]:
    """So many orders whose payment is open. Answers the first and the last number of their callbacks."""
    first = int(shop.value("SELECT coalesce(max(n) + 1, 0) FROM bench.callbacks"))
    batch = 100
    waiting: list[list[tuple[int, int]]] = [[] for _ in range(LANES)]
    for number, begin in enumerate(range(first, first + count, batch)):
        waiting[number % LANES].append((begin, min(begin + batch, first + count) - 1))

    def run(lane: int) -> None:
        with psycopg.connect(shop.access.admin(), autocommit=True) as connection:
            for begin, end in waiting[lane]:
                connection.execute(
                    "SELECT bench.begin_payments(%s, %s, %s, %s, %s, %s)",
                    [begin, end, lane, LANES, PREFIX, shop.size.products],
                )

    with ThreadPoolExecutor(LANES) as threads:
        list(threads.map(run, range(LANES)))
    shop.value("SELECT bench.prepare_events()")
    shop.value("VACUUM (ANALYZE) bench.callbacks")
    return first, first + count - 1


def _callbacks_over_http(shop: Shop, web: Web, connections: int, seconds: float, first: int, last: int) -> Result:
    gateway = MockGateway(shop.access.gateway_secret("mock"), web.url)
    file = shop.folder / "callbacks"
    with file.open("w") as out:
        for payment, amount in shop.rows(
            "SELECT payment_id::text, amount FROM bench.callbacks WHERE n BETWEEN %s AND %s ORDER BY n", first, last
        ):
            reference = "mock_" + payment.replace("-", "")
            headers, body = gateway.callback(
                Checkout(payment, None, "automatic", reference, amount, "USD", 2, 0), "pay"
            )
            out.write(f"{headers['mock-signature']}\t{body.decode()}\n")
    threads = 1 if connections <= 16 else 2
    found = wrk(shop, web, "callback", "callback", connections, seconds, file, threads, warm=0, threads=threads)
    paid = shop.value(
        "SELECT count(*) FROM payments.payments AS p JOIN bench.callbacks AS c ON c.payment_id = p.id "
        "WHERE c.n BETWEEN %s AND %s AND p.status = 'completed'", first, last,
    )  # fmt: skip
    if not found.requests <= paid <= found.requests + connections:
        raise LoadError(f"{found.requests} callbacks were answered and {paid} payments completed")
    return found


def _order_to_paid_script(shop: Shop) -> str:
    """The five statements of the web tier: the customer's two, and the three that it says as the gateway's."""
    functions = shop.contract.functions
    order = build_statement(functions["create_order"], (), body=True)
    begin = build_statement(functions["begin_payment"], ("order_id",), body=True)
    of_gateway = {
        name: build_statement(functions[name], (), body=True, hidden=()).text
        for name in ("get_payment_for_gateway", "open_payment", "receive_gateway_event")
    }
    payment = """('{"payment_id":"' || :payment::text || '"}')"""
    reference = "replace(:payment::text, '-', '')"
    opened = (
        """('{"payment_id":"' || :payment::text || '","checkout_url":"http://bench.example/","""
        f""""provider_reference":"mock_' || {reference} || '"}}')"""
    )
    key = [":key", f"'{load.ROUTE}'", f"'{load.DIGEST}'"]
    return (
        "SET SESSION AUTHORIZATION web_customer;\n"
        + load.choose_order(shop, LINES, 0, shop.size.products - 1)
        + load.keep(
            fill(order.keyed, [":token", load.REQUEST, load.order_body(LINES), load.CLIENT, *key]), id="x ->> 'id'"
        )
        + load.keep(
            fill(
                begin.keyed, [":token", load.REQUEST, ":id", """'{"provider":"mock"}'""", "''", key[0], "'pay'", key[2]]
            ),
            payment="x -> 'payment' ->> 'id'",
            due="x -> 'payment' ->> 'amount'",
        )
        + "SET SESSION AUTHORIZATION web_gateway;\n"
        + fill(of_gateway["get_payment_for_gateway"], ["''", load.REQUEST, payment])
        + fill(of_gateway["open_payment"], ["''", load.REQUEST, opened])
        + fill(
            of_gateway["receive_gateway_event"], ["''", load.REQUEST, "bench.event_of(:payment::uuid, :due::bigint)"]
        )
    )


def order_to_paid(shop: Shop, web: Web, connections: Sequence[int], seconds: float, tell: Tell) -> Part:
    """Three requests after each other, the third one the gateway's: order, payment, signed callback."""
    part = Part("order-to-paid: order, payment, callback", tell=tell)
    secret = shop.access.gateway_secret("mock")
    for n in connections:
        shop.settle()
        before, disk, log = _paid(shop), shop.disk(), shop.value("SELECT pg_current_wal_insert_lsn()::text")
        # A thread each, because an answer is only known to the thread.
        last = shop.size.products - 1
        found = part.add(wrk(shop, web, "order-to-paid", "flow", n, seconds, LINES, 0, last, secret, threads=n))
        paid = _paid(shop) - before
        if found.requests > paid:
            raise LoadError(f"{found.requests} orders were to be paid, {paid} are")
        written = shop.value("SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", log) / paid
        grown = {name: (size - disk.get(name, 0)) / paid for name, size in shop.disk().items()}
        shop.settle()
        ceiling = part.add(pgbench(shop, "ceiling", _order_to_paid_script(shop), n, seconds, role=None))
        part.remarks.append(f"order-to-paid, {n} connections: {found.rate / ceiling.rate:.2f} of the ceiling")
    part.remarks.append("a line is an order paid: three requests, their times and their CPU added up")
    largest = ", ".join(f"{name} {size:,.0f}" for name, size in sorted(grown.items(), key=lambda item: -item[1])[:8])
    part.remarks.append(
        f"an order paid writes {written:,.0f} bytes of log and takes {sum(grown.values()):,.0f} bytes of tables and "
        f"indexes ({largest})"
    )
    return part


def _paid(shop: Shop) -> int:
    return int(shop.value("SELECT count(*) FROM sales.orders WHERE status = 'paid'"))


ALL: dict[str, Callable[[Shop, Web, Sequence[int], float, Tell], Part]] = {
    "order-to-paid": order_to_paid,
    "list": lists,
    "page": pages,
    "cart": carts,
    "callback": callbacks,
}
