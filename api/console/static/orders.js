// Orders: list, page of an order, search.

import { h, icon } from "./elements.js";
import { ago, count, endOf, moment, money, plainMoney, shortId, startOf, words } from "./format.js";
import { accountName } from "./money.js";
import { askShipment, returnCard, shipmentCard } from "./parcels.js";
import { isManual, provider, refundedPieces } from "./payments.js";
import { askRefund, confirmRefund, retryRefund, settleRefund } from "./refund.js";
import { get, offered, post, session } from "./server.js";
import { actions, amountOf, ask, button, chip, emptiness, facts, field, filters, goods, heading, identifier, input, later, list, loading, panel, say, select, table } from "./widgets.js";

const ORDER_STATUSES = ["pending", "paid", "shipped", "delivered", "cancelled"];
const PAYMENT_STATUSES = ["unpaid", "processing", "authorized", "partly_paid", "paid", "partly_refunded", "refunded"];
const FULFILMENT_STATUSES = ["not_needed", "unfulfilled", "partly_shipped", "shipped", "delivered", "returned"];

const PHRASES = { processing: "payment processing", authorized: "payment authorized", not_needed: "nothing to send", unfulfilled: "not shipped" };
/** Where its money and its goods are, as far as its status does not say it. */
const whereabouts = (o) =>
  [o.payment_status, o.fulfilment_status]
    .filter((status) => status !== o.status)
    .map((status) => PHRASES[status] ?? words(status).toLowerCase())
    .join(", ");

export const orderColumns = [
  { label: "Order", kind: "code", cell: (o) => `#${o.number}` },
  { label: "Status", cell: (o) => [chip(o.status), o.on_hold && chip("on_hold"), h("small", { class: "soft" }, whereabouts(o))] },
  { label: "Customer", cell: (o) => accountName(o.account_id) },
  { label: "Goods", cell: (o) => goods(o.items) },
  { label: "Placed", cell: (o) => moment(o.created_at) },
  { label: "Total", kind: "number", cell: (o) => money(o.total, o.currency) },
  { label: "Refunded", kind: "number", cell: (o) => (o.amount_refunded ? money(o.amount_refunded, o.currency) : "") },
];
export const orderLink = (o) => `#/orders/${o.id}`;

export function showOrders(_, query) {
  const given = { status: query.status, payment_status: query.payment, fulfilment_status: query.goods, account: query.account, from: startOf(query.from), to: endOf(query.to) };
  return [
    heading("Orders"),
    filters(
      "orders",
      query,
      field("Status", select("status", [["", "Any status"], ...ORDER_STATUSES], query.status)),
      field("Money", select("payment", [["", "Anywhere"], ...PAYMENT_STATUSES.map((s) => [s, words(s)])], query.payment)),
      field("Goods", select("goods", [["", "Anywhere"], ...FULFILMENT_STATUSES.map((s) => [s, words(PHRASES[s] ?? s)])], query.goods)),
      field("From", input("from", { type: "date", value: query.from })),
      field("To", input("to", { type: "date", value: query.to })),
      field("Customer", input("account", { value: query.account, placeholder: "Account id", spellcheck: "false", pattern: "[0-9a-fA-F-]{36}" })),
    ),
    list("/admin/orders", given, orderColumns, { link: orderLink, empty: "No orders like this.", hint: "Look for a number, an e-mail address or an id in the box above." }),
  ];
}

async function readOrder(id) {
  const nothing = { data: [] };
  const [order, payments, events, shipments, returns] = await Promise.all([
    get(`/admin/orders/${id}`),
    get(`/orders/${id}/payments`, { limit: 100 }),
    offered.has("get", "/admin/orders/{order_id}/events") ? get(`/admin/orders/${id}/events`, { limit: 100 }) : nothing,
    offered.has("get", "/orders/{order_id}/shipments") ? get(`/orders/${id}/shipments`, { limit: 100 }) : nothing,
    offered.has("get", "/orders/{order_id}/returns") ? get(`/orders/${id}/returns`, { limit: 100 }) : nothing,
  ]);
  const known = offered.has("get", "/admin/accounts/{account_id}");
  const [customer, ...refunds] = await Promise.all([
    known ? get(`/admin/accounts/${order.account_id}`).catch(() => null) : null,
    ...payments.data.map((p) => (p.amount_refunded || p.status === "completed" ? get(`/payments/${p.id}/refunds`, { limit: 100 }) : nothing)),
  ]);
  payments.data.forEach((payment, n) => (payment.refunds = refunds[n].data));
  return { order, payments: payments.data, events: events.data, shipments: shipments.data, returns: returns.data, customer };
}

export function showOrder([id]) {
  let watching = 0;
  const place = later(
    () => readOrder(id),
    (all, again) => {
      // A refund is done by the worker in a moment: look again until it is, for a while.
      clearTimeout(watching);
      const busy = all.payments.some((p) => p.refunds.some((r) => r.status === "pending") && !isManual(p.provider));
      if (busy && (place.looks = (place.looks ?? 0) + 1) < 8) watching = setTimeout(() => place.isConnected && again(true), 700 * place.looks);
      return orderPage(all, () => {
        place.looks = 0;
        return again(true);
      });
    },
    8,
  );
  return [h("a", { class: "backlink", href: "#/orders" }, icon("back"), "Orders"), place];
}

function orderPage({ order, payments, events, shipments, returns, customer }, again) {
  const toShip = order.items.some((i) => i.quantity_owed > 0);
  const whole = shipments.length < 2;
  const refundable = payments.filter((p) => p.status === "completed" && p.amount_captured > p.amount_refunded);
  const act = (path, body, done) => async (values, key) => {
    const result = await post(`/admin/orders/${order.id}/${path}`, typeof body === "function" ? body(values) : body, key);
    await again();
    if (done) say(done);
    return result;
  };
  const askWhy = (title, text, path, done) =>
    ask({ title, text, fields: field("Why", input("reason", { required: true, maxlength: 200 })), button: title.split(" ")[0], act: act(path, (values) => ({ reason: values.reason }), done) });
  return [
    heading(
      `Order #${order.number}`,
      chip(order.status),
      order.on_hold && chip("on_hold"),
      order.on_hold && h("p", { class: "under" }, order.hold_reason === "tax" ? "No tax rate and no rule of exemption applies to some of its lines. It cannot be paid until an admin has added one and it is released." : order.hold_reason),
      h("p", { class: "soft under" }, "Placed ", moment(order.created_at), ` · ${whereabouts(order)}`, order.expires_at && order.status === "pending" ? [" · expires ", ago(order.expires_at)] : ""),
      actions(
        order.on_hold && button("Release", () => askWhy("Release this order?", "It can be shipped again.", "release", "Order is released."), "primary"),
        order.status === "paid" && toShip && !order.on_hold && button("Ship", () => askShipment(order, again), "primary"),
        order.status === "shipped" &&
          whole &&
          button("Mark as delivered", () => ask({ title: `Was order #${order.number} delivered?`, button: "Mark as delivered", act: act("deliver", {}, "Order is marked as delivered.") }), "primary"),
        ["pending", "paid"].includes(order.status) && !order.on_hold && button("Hold", () => askWhy("Hold this order?", "It cannot be shipped until it is released.", "hold", "Order is on hold."), "quiet"),
        refundable.length > 0 && button("Refund", () => askRefund(order, refundable, again)),
        ["pending", "paid"].includes(order.status) &&
          button(
            "Cancel order",
            () =>
              ask({
                title: `Cancel order #${order.number}?`,
                text: order.amount_paid > order.amount_refunded ? `Goods go back into stock, and ${money(order.amount_paid - order.amount_refunded, order.currency)} back to the customer.` : "Goods go back into stock. Nothing was paid.",
                fields: field("Why", input("reason", { maxlength: 200, placeholder: "customer service" })),
                button: "Cancel the order",
                danger: true,
                act: act("cancel", (values) => (values.reason ? { reason: values.reason } : {}), "Order is cancelled."),
              }),
            "danger quiet",
          ),
      ),
    ),
    h(
      "div",
      { class: "columns" },
      h(
        "div",
        {},
        panel("Goods", lines(order, payments)),
        shipments.length > 0 && panel("Parcels", shipments.map((s) => shipmentCard(s, again))),
        returns.length > 0 && panel("Returns", returns.map((r) => returnCard(r, again))),
        panel("Payments", payments.length ? payments.map((p) => paymentCard(p, order, again)) : emptiness("There was no payment attempt yet.")),
      ),
      h("div", {}, panel("Customer", customerFacts(order, customer)), panel("What happened", timeline(events, order))),
    ),
  ];
}

function lines(order, payments) {
  const pieces = refundedPieces(payments);
  const shown = table(
    [
      { label: "Product", cell: (i) => [h("span", { class: "name" }, i.name), h("small", { class: "soft" }, i.sku)] },
      { label: "Price", kind: "number", cell: (i) => money(i.unit_price, order.currency) },
      { label: "Pieces", kind: "number", cell: (i) => [count(i.quantity), pieces.get(i.id) > 0 && h("small", { class: "soft" }, `${pieces.get(i.id)} refunded`)] },
      { label: "Total", kind: "number", cell: (i) => money(i.total, order.currency) },
    ],
    order.items,
  );
  const row = (name, amount, kind = "") => h("div", { class: kind }, h("dt", {}, name), h("dd", {}, money(amount, order.currency)));
  return [
    shown.element,
    h(
      "dl",
      { class: "sums" },
      row("Subtotal", order.subtotal),
      order.discount > 0 && row(order.promo_code ? `Discount (${order.promo_code})` : "Discount", -order.discount),
      order.tax > 0 && row(order.subtotal - order.discount + order.shipping === order.total ? "Tax, included" : "Tax", order.tax),
      order.shipping > 0 && row("Shipping", order.shipping),
      row("Total", order.total, "strong"),
      row("Paid", order.amount_paid),
      order.amount_refunded > 0 && row("Refunded", -order.amount_refunded),
    ),
  ];
}

function paymentCard(payment, order, again) {
  const done = (text) => async (result) => {
    await again();
    say(text);
    return result;
  };
  const to = (path, body, key) => post(`/payments/${payment.id}/${path}`, body, key);
  const buttons = actions(
    payment.status === "authorized" &&
      button("Capture", () =>
        ask({
          title: "Capture this payment",
          text: `${money(payment.amount, payment.currency)} is authorised. What you do not take, the gateway lets go of.`,
          fields: field(`Amount in ${payment.currency}`, input("amount", { required: true, inputmode: "decimal", value: plainMoney(payment.amount, payment.currency) })),
          button: "Capture",
          act: (values, key) => to("capture", { amount: amountOf(values.amount, payment.currency) }, key).then(done("Payment is being captured.")),
        }),
      ),
    payment.status === "authorized" &&
      button("Void", () => ask({ title: "Let go of this payment?", text: "The customer's money is released; the order waits for another payment.", button: "Void the payment", danger: true, act: (_, key) => to("void", {}, key).then(done("Payment is void.")) }), "danger quiet"),
    isManual(payment.provider) &&
      ["initiated", "open"].includes(payment.status) &&
      button("Confirm receipt", () =>
        ask({
          title: "Has the money arrived?",
          text: "Another amount than what was asked does not pay the order, and is to be given back.",
          fields: [
            field(`Received, in ${payment.currency}`, input("amount", { required: true, inputmode: "decimal", value: plainMoney(payment.amount, payment.currency) })),
            field("Reference", input("reference", { maxlength: 200, placeholder: "The bank's or the receipt's" })),
          ],
          button: "Confirm",
          act: (values, key) => to("confirm", { amount: amountOf(values.amount, payment.currency), ...(values.reference ? { reference: values.reference } : {}) }, key).then(done("Payment is confirmed.")),
        }),
      ),
  );
  return h(
    "article",
    { class: "payment" },
    h("header", {}, h("b", {}, provider(payment.provider)), chip(payment.status), h("span", { class: "amount" }, money(payment.amount, payment.currency))),
    facts(
      ["Begun", moment(payment.created_at)],
      payment.provider_reference && ["Reference", h("code", {}, payment.provider_reference)],
      payment.instructions && ["Transfer with", h("code", {}, payment.instructions.reference)],
      payment.risk.level !== "unknown" && ["Risk", [words(payment.risk.level), payment.risk.reason && `: ${words(payment.risk.reason).toLowerCase()}`]],
      payment.fee > 0 && ["Fee", money(payment.fee, payment.fee_currency)],
      payment.failure_code && ["Refused", words(payment.failure_code)],
      payment.amount_captured > 0 && payment.amount_captured !== payment.amount && ["Taken", money(payment.amount_captured, payment.currency)],
      ["Id", identifier(payment.id)],
    ),
    payment.refunds.length > 0 && h("ul", { class: "refunds" }, payment.refunds.map((r) => refundLine(r, payment, again))),
    buttons.childNodes.length > 0 && buttons,
  );
}

function refundLine(refund, payment, again) {
  return h(
    "li",
    {},
    icon("refunds"),
    h("span", {}, h("b", {}, money(refund.amount, refund.currency)), " refund ", chip(refund.status), refund.failure_code && h("span", { class: "soft" }, ` ${words(refund.failure_code)}`)),
    h("small", { class: "soft" }, refund.reason, " · ", moment(refund.created_at)),
    refund.settled_by && h("small", { class: "soft" }, `settled: ${words(refund.settled_by).toLowerCase()}, ${refund.settled_reference}`),
    refund.status === "failed" && button("Retry", () => retryRefund(refund, again)),
    refund.status === "failed" && button("Settle", () => settleRefund(refund, again)),
    refund.status === "pending" && isManual(payment.provider) && button("Money was given back", () => confirmRefund(refund, again)),
  );
}

function customerFacts(order, customer) {
  const address = order.shipping_address;
  return [
    facts(
      customer && ["Name", customer.display_name ?? customer.handle ?? "–"],
      customer && ["E-mail", customer.email ?? "none"],
      ["Account", h("a", { href: customer ? `#/customers/${order.account_id}` : `#/orders?account=${order.account_id}` }, customer?.handle ?? shortId(order.account_id))],
      address && ["Ships to", h("address", {}, [address.name, address.line1, address.line2, [address.postal_code, address.city].filter(Boolean).join(" "), address.region_name ?? address.region, address.country].filter(Boolean).map((part) => h("span", {}, part)))],
      address?.phone && ["Phone", address.phone],
      ["Order id", identifier(order.id)],
    ),
  ];
}

function timeline(events, order) {
  if (!events.length) return emptiness("Nothing was recorded.");
  return h(
    "ol",
    { class: "timeline" },
    events.map((event) => {
      const data = event.data ?? {};
      const details = [
        data.amount !== undefined && money(data.amount, data.currency ?? order.currency),
        data.provider && provider(data.provider),
        data.reason,
        data.failure_code && words(data.failure_code),
        data.carrier,
        data.tracking_number,
      ].filter(Boolean);
      const who = !event.actor_id ? "" : event.actor_id === order.account_id ? "by the customer" : event.actor_id === session.account.id ? "by you" : "by customer service";
      return h("li", {}, h("b", {}, words(event.type)), details.length > 0 && h("span", {}, details.join(" · ")), h("small", { class: "soft" }, moment(event.created_at), who && ` ${who}`));
    }),
  );
}

// --- search ----------------------------------------------------------------------------------------

const KINDS = { order: "Order", payment: "Payment", refund: "Refund", invoice: "Invoice", credit_note: "Credit note", debit_note: "Debit note", account: "Customer" };

function hitLink(hit) {
  if (hit.order_id) return `#/orders/${hit.order_id}`;
  return offered.has("get", "/admin/accounts/{account_id}") ? `#/customers/${hit.account_id}` : `#/orders?account=${hit.account_id}`;
}

function hitDetail(hit) {
  const found = /^(\d+) ([A-Z]{3})$/.exec(hit.detail ?? "");
  return found ? money(Number(found[1]), found[2]) : hit.detail;
}

export function showSearch(_, query) {
  return [
    heading(`“${query.q}”`),
    later(
      () => get("/admin/search", { q: query.q }),
      ({ data }) => {
        if (data.length === 1) {
          location.replace(hitLink(data[0]));
          return loading(3);
        }
        if (!data.length) return emptiness("Nothing was found.", "An order's or an invoice's number, any id, a gateway's reference, or how an e-mail address or a handle begins.");
        return table(
          [
            { label: "What", cell: (hit) => `${KINDS[hit.kind] ?? words(hit.kind)} ${hit.kind === "order" ? "#" : ""}${hit.label}` },
            { label: "Status", cell: (hit) => hit.status && chip(hit.status) },
            { label: "", cell: hitDetail },
          ],
          data,
          { link: hitLink },
        ).element;
      },
    ),
  ];
}
