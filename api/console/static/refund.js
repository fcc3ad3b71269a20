// Refunds: by piece, by amount, or of the whole payment. The amount shown is an estimate; the server computes it.

import { h, replace } from "./elements.js";
import { moment, money, parseMoney, plainMoney, plural, words } from "./format.js";
import { chosenPieces, pieceBoxes } from "./parcels.js";
import { provider, refundedPieces } from "./payments.js";
import { offered, post } from "./server.js";
import { amountOf, ask, button, chip, field, filters, heading, input, list, mistake, select } from "./widgets.js";

const REASONS = ["arrived damaged", "wrong product sent", "not as described", "arrived too late", "customer changed their mind", "price adjustment"];

export function askRefund(order, payments, again) {
  const pieces = refundedPieces(payments);
  let payment = payments[0];
  const left = () => payment.amount_captured - payment.amount_refunded;

  const rows = pieceBoxes(
    order.items
      .map((item) => ({ item, most: item.quantity - (pieces.get(item.id) ?? 0) }))
      .map((row) => ({ ...row, note: row.most < 1 ? "refunded already" : `${plural(row.most, "piece", "pieces")} at ${money(Math.round(row.item.total / row.item.quantity), order.currency)}` })),
    "to refund",
  );
  const amount = input("amount", { inputmode: "decimal", placeholder: plainMoney(left(), payment.currency) });
  const restock = select("restock", [["", "Those that were never shipped"], ["true", "All of them"], ["false", "None"]], "");
  const foretold = h("p", { class: "foretold", "aria-live": "polite" });
  const reasons = h("datalist", { id: "reasons" }, REASONS.map((value) => h("option", { value })));

  const byLine = h("div", { class: "mode" }, rows.map((row) => row.element));
  const byAmount = h("div", { class: "mode" }, field(`Amount in ${payment.currency}`, amount, `${money(left(), payment.currency)} at most`));
  const all = h("div", { class: "mode" }, h("p", {}, "All that is left of the payment goes back: ", h("b", {}, money(left(), payment.currency)), "."));
  const modes = { items: byLine, amount: byAmount, all };
  const radios = [["items", "By line"], ["amount", "Amount"], ["all", "Everything"]].map(([value, label]) =>
    h("label", {}, h("input", { type: "radio", name: "mode", value, checked: value === "items" }), h("span", {}, label)),
  );

  const chosen = (form) => new FormData(form).get("mode");
  function foretell(form) {
    const mode = chosen(form);
    for (const [name, element] of Object.entries(modes)) element.hidden = name !== mode;
    restock.closest(".field").hidden = mode === "amount";
    const sum =
      mode === "items" ? rows.reduce((total, { item, box }) => total + Math.floor((item.total * Number(box.value)) / item.quantity), 0) : mode === "amount" ? (parseMoney(amount.value, payment.currency) ?? 0) : left();
    replace(foretold, sum ? [`${mode === "items" ? "About " : ""}`, h("b", {}, money(sum, payment.currency)), ` goes back by ${provider(payment.provider).toLowerCase()}.`] : "Nothing is chosen yet.");
  }

  const choosePayment =
    payments.length > 1 &&
    field("Payment", select("payment", payments.map((p) => [p.id, `${provider(p.provider)}, ${money(p.amount_captured - p.amount_refunded, p.currency)} left`]), payment.id));

  const asked = ask({
    title: `Refund order #${order.number}`,
    wide: true,
    fields: [
      choosePayment,
      h("fieldset", { class: "segments" }, h("legend", { class: "hidden" }, "How"), radios),
      byLine,
      byAmount,
      all,
      field("Goods go back into stock", restock, "Refunded pieces are not shipped. If none was, refunding everything cancels the order."),
      field("Why", input("reason", { required: true, maxlength: 200, list: "reasons", placeholder: "The customer sees this" })),
      reasons,
      foretold,
    ],
    button: "Refund",
    async act(values, key) {
      const body = { reason: values.reason };
      if (values.mode === "items") {
        body.items = chosenPieces(rows);
        if (!body.items.length) throw mistake("Choose at least one piece to refund.");
      }
      if (values.mode === "amount") body.amount = amountOf(values.amount, payment.currency);
      if (values.mode !== "amount" && restock.value) body.restock = restock.value === "true";
      const refund = await post(`/payments/${payment.id}/refunds`, body, key);
      await again();
      return refund;
    },
    done: (refund) => `A refund of ${money(refund.amount, refund.currency)} is on its way.`,
  });
  const form = amount.form;
  form.addEventListener("input", (event) => {
    if (event.target.name === "payment") payment = payments.find((p) => p.id === event.target.value);
    foretell(form);
  });
  foretell(form);
  return asked;
}

export const retryRefund = (refund, again) =>
  ask({
    title: "Try this refund again?",
    text: `${money(refund.amount, refund.currency)} goes to the gateway once more, as a new refund.`,
    button: "Retry",
    act: async (_, key) => {
      const retried = await post(`/refunds/${refund.id}/retry`, {}, key);
      await again();
      return retried;
    },
    done: "The refund is being tried again.",
  });

const settlements = () => offered.fieldChoices("post", "/refunds/{refund_id}/settle", "method").map((way) => [way, words(way)]);

export const settleRefund = (refund, again) =>
  ask({
    title: "Settle this refund in another way",
    text: `${money(refund.amount, refund.currency)}. Wallet and credit are booked now; send or hand over the money first if it goes by bank or in cash.`,
    fields: [
      field("By", select("method", settlements())),
      field("Reference", input("reference", { required: true, maxlength: 200, placeholder: "The bank's or the receipt's" })),
    ],
    button: "Settle",
    act: async (values, key) => {
      const settled = await post(`/refunds/${refund.id}/settle`, values, key);
      await again();
      return settled;
    },
    done: (settled) => (settled.approval_id ? "It waits for a second person." : "The refund is settled."),
  });

export const confirmRefund = (refund, again) =>
  ask({
    title: "Has the money been given back?",
    text: `${money(refund.amount, refund.currency)}, by hand.`,
    fields: field("Reference", input("reference", { maxlength: 200, placeholder: "The bank's or the receipt's" })),
    button: "Confirm",
    act: async (values, key) => {
      const confirmed = await post(`/refunds/${refund.id}/confirm`, values.reference ? { reference: values.reference } : {}, key);
      await again();
      return confirmed;
    },
    done: (confirmed) => (confirmed.approval_id ? "It waits for a second person." : "The refund is confirmed."),
  });

export function showRefunds(_, query) {
  const status = query.status ?? "failed";
  const place = h("div");
  const again = async () =>
    replace(
      place,
      list(
        "/admin/refunds",
        { status: status === "all" ? "" : status },
        [
          { label: "Amount", cell: (r) => money(r.amount, r.currency) },
          { label: "Status", cell: (r) => chip(r.status) },
          { label: "Why", cell: (r) => r.reason },
          { label: "Trouble", cell: (r) => (r.failure_code ? words(r.failure_code) : "") },
          { label: "Asked for", cell: (r) => moment(r.created_at) },
          { label: "", kind: "action", cell: (r) => r.status === "failed" && [button("Retry", () => retryRefund(r, again)), button("Settle", () => settleRefund(r, again))] },
        ],
        { link: (r) => r.order_id && `#/orders/${r.order_id}`, empty: status === "failed" ? "No refund has failed." : "No refunds.", hint: status === "failed" ? "That is how it should be." : "" },
      ),
    );
  again();
  return [heading("Refunds"), filters("refunds", query, field("Status", select("status", ["failed", "pending", "completed", ["all", "All"]], status))), place];
}
