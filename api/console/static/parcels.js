// Shipments and returns, where the server offers them.

import { h, replace } from "./elements.js";
import { moment, money, plural, words } from "./format.js";
import { accountCell } from "./money.js";
import { offered, patch, post } from "./server.js";
import { actions, ask, button, chip, facts, field, filters, goods, heading, input, list, mistake, select } from "./widgets.js";

const SHIP = "/admin/orders/{order_id}/shipments";
const LOST = ["failed", "cancelled", "returned"];
export const canShipParts = () => offered.has("post", SHIP);

/** A number box for each line. rows: {item, most, value, note}; returns the rows, each with its box. */
export function pieceBoxes(rows, purpose) {
  for (const row of rows) {
    row.box = input(`pieces-${row.item.id ?? row.item.order_item_id}`, {
      type: "number", min: 0, max: row.most, step: 1, value: row.value ?? 0, inputmode: "numeric", disabled: row.most < 1, "aria-label": `Pieces of ${row.item.name} ${purpose}`,
    });
    row.element = h(
      "div",
      { class: "pieces" },
      h("span", { class: "name" }, row.item.name, h("small", { class: "soft" }, row.note)),
      h("span", { class: "stepper" }, stepper("−", "One less", row.box, -1), row.box, stepper("+", "One more", row.box, 1)),
    );
  }
  return rows;
}

export const chosenPieces = (rows) => rows.filter((row) => Number(row.box.value) > 0).map((row) => ({ order_item_id: row.item.id ?? row.item.order_item_id, quantity: Number(row.box.value) }));

function stepper(sign, label, box, by) {
  const press = () => {
    box.value = Math.min(Number(box.max), Math.max(0, Number(box.value) + by));
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  return h("button", { type: "button", "aria-label": label, tabindex: "-1", disabled: box.disabled, onclick: press }, sign);
}

export function askShipment(order, again) {
  if (!canShipParts()) {
    return ask({
      title: `Ship order #${order.number}?`,
      text: "The customer sees it as shipped from then on.",
      button: "Mark as shipped",
      act: async (_, key) => (await post(`/admin/orders/${order.id}/ship`, {}, key), again()),
      done: "The order is shipped.",
    });
  }
  const rows = pieceBoxes(
    order.items.map((item) => ({ item, most: item.quantity_owed, value: item.quantity_owed, note: item.quantity_owed < 1 ? "nothing to send" : `${plural(item.quantity_owed, "piece", "pieces")} to send` })),
    "in this parcel",
  );
  return ask({
    title: `Ship order #${order.number}`,
    wide: true,
    fields: [
      h("div", {}, rows.map((row) => row.element)),
      h("div", { class: "pair" }, field("Carrier", input("carrier", { maxlength: 200, placeholder: "DHL" })), field("Tracking number", input("number", { maxlength: 64, spellcheck: "false" }))),
      field("Tracking page", input("url", { type: "url", maxlength: 2000, placeholder: "https://", spellcheck: "false" })),
    ],
    button: "Ship",
    act: async (values, key) => {
      const items = chosenPieces(rows);
      if (!items.length) throw mistake("Choose at least one piece to send.");
      const all = rows.every((row) => Number(row.box.value) === row.most);
      const body = { ...(all ? {} : { items }), ...(values.carrier ? { carrier: values.carrier } : {}), ...(values.number ? { tracking_number: values.number } : {}), ...(values.url ? { tracking_url: values.url } : {}) };
      const made = await post(`/admin/orders/${order.id}/shipments`, body, key);
      await again();
      return made;
    },
    done: (made) => (made.status === "pending" ? "The carrier is being asked." : "The parcel is on its way."),
  });
}

/** Only http and https links are followed: carriers and customer service enter them. */
const safe = (url) => (/^https?:\/\//i.test(url ?? "") ? url : null);

export function shipmentCard(shipment, again) {
  const move = (status, title, text, label, danger = false) =>
    button(
      label,
      () =>
        ask({
          title,
          text,
          button: label,
          danger,
          act: async () => (await patch(`/shipments/${shipment.id}`, { status }, shipment.version), again()),
          done: `The parcel is ${words(status).toLowerCase()}.`,
        }),
      danger ? "danger quiet" : "",
    );
  const edit = () =>
    ask({
      title: "Correct the tracking",
      fields: [
        h("div", { class: "pair" }, field("Carrier", input("carrier", { maxlength: 200, value: shipment.carrier ?? "" })), field("Tracking number", input("number", { maxlength: 64, value: shipment.tracking_number ?? "" }))),
        field("Tracking page", input("url", { type: "url", maxlength: 2000, value: shipment.tracking_url ?? "" })),
      ],
      button: "Save",
      act: async (values) => {
        const body = { tracking_number: values.number || null, tracking_url: values.url || null, ...(values.carrier ? { carrier: values.carrier } : {}) };
        await patch(`/shipments/${shipment.id}`, body, shipment.version);
        return again();
      },
      done: "Saved.",
    });
  const link = safe(shipment.tracking_url);
  const waits = ["pending", "label_created"].includes(shipment.status);
  return h(
    "article",
    { class: "payment" },
    h("header", {}, h("b", {}, shipment.carrier ?? "Parcel"), chip(shipment.status), h("span", { class: "amount soft" }, plural(shipment.items.reduce((sum, i) => sum + i.quantity, 0), "piece", "pieces"))),
    facts(
      ["In it", shipment.items.map((i) => `${i.quantity} × ${i.name}`).join(", ")],
      shipment.tracking_number && ["Tracking", link ? h("a", { href: link, target: "_blank", rel: "noopener noreferrer" }, shipment.tracking_number) : h("code", {}, shipment.tracking_number)],
      shipment.shipped_at && ["Left", moment(shipment.shipped_at)],
      shipment.delivered_at && ["Arrived", moment(shipment.delivered_at)],
      shipment.failure_code && ["Trouble", words(shipment.failure_code)],
    ),
    !LOST.includes(shipment.status) &&
      actions(
        shipment.status === "label_created" && move("in_transit", "Has the parcel left?", "", "It has left"),
        (shipment.status === "in_transit" || shipment.status === "label_created") && move("delivered", "Has the parcel arrived?", "", "It has arrived"),
        shipment.status !== "delivered" && button("Tracking", edit),
        waits && move("cancelled", "Cancel this parcel?", "Its pieces are owed again.", "Cancel the parcel", true),
        shipment.status === "in_transit" && move("failed", "Is the parcel lost?", "Its pieces are owed again; credit that waits for it lets the order go.", "It is lost", true),
        shipment.status === "in_transit" && move("returned", "Has the parcel come back to us?", "Its pieces are owed again.", "It came back"),
      ),
  );
}

// --- returns ---------------------------------------------------------------------------------------

const RETURN_STATUSES = ["requested", "approved", "received", "refunded", "rejected"];

function returnActions(r, again) {
  const decide = (verb, title, fields, body, done, danger) =>
    ask({ title, fields, danger, button: words(verb), act: async (values, key) => (await post(`/returns/${r.id}/${verb}`, body(values), key), again()), done });
  if (r.status === "requested") {
    return [
      button("Approve", () => decide("approve", "Approve this return?", h("p", {}, r.reason), () => ({}), "The return is approved.", false), "primary"),
      button("Reject", () => decide("reject", "Reject this return?", field("Why", input("reason", { required: true, maxlength: 200, placeholder: "The customer sees this" })), (v) => ({ reason: v.reason }), "The return is rejected.", true), "danger quiet"),
    ];
  }
  return r.status === "approved" ? [button("Receive", () => askReceipt(r, again), "primary")] : [];
}

function askReceipt(r, again) {
  const rows = pieceBoxes(r.items.map((item) => ({ item, most: item.quantity, value: item.quantity, note: `${plural(item.quantity, "piece", "pieces")} announced` })), "that came");
  return ask({
    title: "What has come back?",
    text: "Its price goes back to the customer at once.",
    wide: true,
    fields: [h("div", {}, rows.map((row) => row.element)), field("It goes back into stock", h("input", { type: "checkbox", name: "restock", checked: true }), "Leave it out for what cannot be sold again.")],
    button: "Receive",
    act: async (values, key) => {
      const items = chosenPieces(rows);
      if (!items.length) throw mistake("Choose at least one piece that came.");
      const received = await post(`/returns/${r.id}/receive`, { items, restock: values.restock === "on" }, key);
      await again();
      return received;
    },
    done: (received) => (received.amount ? `${money(received.amount, received.currency)} goes back.` : "The return is received."),
  });
}

export function returnCard(r, again) {
  const buttons = returnActions(r, again);
  return h(
    "article",
    { class: "payment" },
    h("header", {}, h("b", {}, "Return"), chip(r.status), h("span", { class: "amount" }, r.amount ? money(r.amount, r.currency) : "")),
    facts(
      ["What", r.items.map((i) => `${i.quantity} × ${i.name}`).join(", ")],
      ["Why", r.reason],
      r.rejection_reason && ["Rejected", r.rejection_reason],
      ["Asked for", moment(r.created_at)],
      r.received_at && ["Received", moment(r.received_at)],
    ),
    buttons.length > 0 && actions(buttons),
  );
}

export function showReturns(_, query) {
  const status = query.status ?? "requested";
  const place = h("div");
  const again = async () =>
    replace(
      place,
      list(
        "/admin/returns",
        { status: status === "all" ? "" : status },
        [
          { label: "Asked for", cell: (r) => moment(r.created_at) },
          { label: "Status", cell: (r) => chip(r.status) },
          { label: "Customer", cell: (r) => accountCell(r.account_id) },
          { label: "What", cell: (r) => goods(r.items) },
          { label: "Why", cell: (r) => r.reason },
          { label: "Refunded", kind: "number", cell: (r) => (r.amount ? money(r.amount, r.currency) : "") },
          { label: "", kind: "action", cell: (r) => returnActions(r, again) },
        ],
        { link: (r) => `#/orders/${r.order_id}`, empty: { requested: "No return waits to be decided.", approved: "No parcel is awaited." }[status] ?? "No returns." },
      ),
    );
  again();
  return [heading("Returns"), filters("returns", query, field("Status", select("status", [...RETURN_STATUSES, ["all", "All"]], status))), place];
}
