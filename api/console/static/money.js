// Money that needs a decision: disputes, payouts, credit above the limit; and gift cards.

import { h, replace } from "./elements.js";
import { endOf, moment, money, shortId, words } from "./format.js";
import { provider } from "./payments.js";
import { get, offered, post, session } from "./server.js";
import { actions, amountOf, ask, button, chip, copier, currencySelect, field, filters, heading, input, list, select } from "./widgets.js";

export const accountLink = (id) => (offered.has("get", "/admin/accounts/{account_id}") ? `#/customers/${id}` : `#/orders?account=${id}`);

/** The name of an account, requested once each, one after the other; its id where the request fails. */
const names = {
  known: new Map(),
  queue: Promise.resolve(),
  of(id) {
    if (!this.known.has(id)) {
      this.known.set(id, (this.queue = this.queue.then(() => get(`/admin/accounts/${id}`)).then((a) => a.handle ?? a.display_name ?? a.email ?? shortId(id), () => shortId(id))));
    }
    return this.known.get(id);
  },
};

export function accountName(id) {
  if (id === session.account.id) return "You";
  const place = h("span", { title: id }, shortId(id));
  if (offered.has("get", "/admin/accounts/{account_id}")) names.of(id).then((name) => replace(place, name));
  return place;
}

export const accountCell = (id) => h("a", { href: accountLink(id) }, accountName(id));

const DISPUTE_STATUSES = [
  "open", "needs_response", "under_review", "warning_needs_response", "warning_under_review", "appeal_needs_response", "appeal_under_review",
  "unknown", "won", "lost", "prevented", "warning_closed",
];

export function showDisputes(_, query) {
  const status = query.status ?? "open";
  return [
    heading("Disputes"),
    filters("disputes", query, field("Status", select("status", [...DISPUTE_STATUSES, ["all", "All"]], status))),
    list(
      "/admin/disputes",
      { status: status === "all" ? "" : status },
      [
        { label: "Amount", cell: (d) => money(d.amount, d.currency) },
        { label: "Status", cell: (d) => chip(d.status) },
        { label: "Reason", cell: (d) => (d.reason ? words(d.reason) : "–") },
        { label: "Opened", cell: (d) => moment(d.created_at) },
        { label: "Closed", cell: (d) => (d.closed_at ? moment(d.closed_at) : "–") },
      ],
      { link: (d) => d.order_id && `#/orders/${d.order_id}`, empty: status === "open" ? "No payer disputes anything." : "No disputes.", hint: "Evidence is sent at the gateway; what comes of it is booked here by itself. A warning is a bank's question: a refund ends it." },
    ),
  ];
}

const DIFFERENCES = {
  unknown_payment: "money that belongs to no payment of ours",
  unknown_event: "a callback that matched no payment of ours",
  unknown_movement: "an entry beside payments that is not booked by itself",
};

export function showReconciliation(_, query) {
  const status = query.status ?? "open";
  const place = h("div");
  const sum = (amount, currency) => (amount === null || !currency ? "–" : money(amount, currency));
  const explain = (difference) =>
    ask({
      title: "Why do the books differ?",
      text: `${words(difference.kind)}, ${provider(difference.provider)}: ${sum(difference.ours, difference.currency)} in our books, ${sum(difference.theirs, difference.currency)} in theirs. It is closed with this reason, and opens again when its amounts change.`,
      fields: field("Reason", input("reason", { required: true, maxlength: 200 })),
      button: "Explain",
      act: async (values, key) => {
        await post(`/admin/reconciliation/${difference.id}/explain`, { reason: values.reason }, key);
        return again();
      },
      done: "The difference is explained.",
    });
  const again = async () =>
    replace(
      place,
      list(
        "/admin/reconciliation",
        { status: status === "all" ? "" : status },
        [
          { label: "What", kind: "phrase", cell: (d) => [words(d.kind), DIFFERENCES[d.kind] && h("small", { class: "soft" }, DIFFERENCES[d.kind])] },
          { label: "Gateway", kind: "phrase", cell: (d) => h("div", {}, provider(d.provider), d.reference && h("small", {}, h("code", {}, d.reference))) },
          { label: "Our books", kind: "number", cell: (d) => sum(d.ours, d.currency) },
          { label: "Theirs", kind: "number", cell: (d) => sum(d.theirs, d.currency) },
          { label: "Found", cell: (d) => moment(d.created_at) },
          { label: "Reason", kind: "phrase", cell: (d) => d.reason ?? "" },
          { label: "", kind: "action", cell: (d) => d.status === "open" && button("Explain", () => explain(d)) },
        ],
        { link: (d) => d.order_id && `#/orders/${d.order_id}`, empty: status === "open" ? "The gateways' books agree with ours." : "No differences." },
      ),
    );
  again();
  return [heading("Reconciliation"), filters("reconciliation", query, field("Status", select("status", ["open", "explained", ["all", "All"]], status))), place];
}

export function showPayouts(_, query) {
  const status = query.status ?? "pending";
  const place = h("div");
  const again = async () =>
    replace(
      place,
      list(
        "/admin/payouts",
        { status: status === "all" ? "" : status, source: query.source },
        [
          { label: "Amount", cell: (p) => money(p.amount, p.currency) },
          { label: "From", cell: (p) => (p.source === "wallet" ? "A customer's wallet" : "A merchant's earnings") },
          { label: "To", cell: (p) => accountCell(p.account_id) },
          { label: "Status", cell: (p) => chip(p.status) },
          { label: "Asked for", cell: (p) => moment(p.created_at) },
          { label: "Reference", cell: (p) => (p.failure_code ? words(p.failure_code) : (p.provider_reference ?? "")) },
          { label: "", kind: "action", cell: (p) => p.status === "pending" && [button("Sent", () => completePayout(p, again)), button("Cannot be sent", () => failPayout(p, again), "danger quiet")] },
        ],
        { empty: status === "pending" ? "No payout waits." : "No payouts." },
      ),
    );
  again();
  return [
    heading("Payouts"),
    filters("payouts", query, field("Status", select("status", ["pending", "completed", "failed", ["all", "All"]], status)), field("From", select("source", [["", "Anything"], ["wallet", "Wallets"], ["earnings", "Earnings"]], query.source ?? ""))),
    place,
  ];
}

const completePayout = (payout, again) =>
  ask({
    title: `Was ${money(payout.amount, payout.currency)} sent?`,
    text: "What is held leaves the account for good.",
    fields: field("The bank's reference", input("reference", { required: true, maxlength: 200 })),
    button: "It was sent",
    act: async (values, key) => {
      await post(`/admin/payouts/${payout.id}/complete`, { provider_reference: values.reference }, key);
      return again();
    },
    done: "The payout is complete.",
  });

const failPayout = (payout, again) =>
  ask({
    title: `${money(payout.amount, payout.currency)} cannot be sent?`,
    text: "Its owner has the money again.",
    fields: field("Why", select("code", [["account_closed", "The bank account is closed"], ["account_unknown", "The bank account does not exist"], ["name_mismatch", "The name is another one"], ["refused_by_bank", "The bank refuses"], ["suspected_fraud", "Suspected fraud"]])),
    button: "Give it back",
    danger: true,
    act: async (values, key) => {
      await post(`/admin/payouts/${payout.id}/fail`, { failure_code: values.code }, key);
      return again();
    },
    done: "The money is its owner's again.",
  });

const CHANGES = {
  grant: "Credit for",
  deduction: "Credit taken from",
  gift_card: "Gift card",
  deposit: "Deposit of",
  payment: "Payment of",
  refund: "Refund to",
};

export function showCredit(_, query) {
  const status = query.status ?? "pending";
  const place = h("div");
  const decide = (change, decision) =>
    ask({
      title: `${decision === "approve" ? "Approve" : "Reject"} ${money(change.amount, change.currency)}?`,
      text: `${CHANGES[change.kind]}${change.account_id ? ` ${shortId(change.account_id)}` : ""}: ${change.reason}`,
      button: words(decision),
      danger: decision === "reject",
      act: async (_, key) => {
        const decided = await post(`/credits/approvals/${change.id}`, { decision }, key);
        await again();
        return decided;
      },
      done: decision === "approve" ? "It is approved and booked." : "It is rejected.",
    });
  const again = async () =>
    replace(
      place,
      list(
        "/credits/approvals",
        { status: status === "all" ? "" : status },
        [
          { label: "Amount", cell: (c) => `${c.kind === "deduction" ? "−" : ""}${money(c.amount, c.currency)}` },
          { label: "What", cell: (c) => words(c.kind) },
          { label: "Customer", cell: (c) => (c.account_id ? accountCell(c.account_id) : "–") },
          { label: "Why", cell: (c) => c.reason },
          { label: "Asked by", cell: (c) => accountName(c.requested_by) },
          { label: "When", cell: (c) => moment(c.created_at) },
          { label: "Status", cell: (c) => chip(c.status) },
          {
            label: "",
            kind: "action",
            cell: (c) =>
              c.status === "pending" &&
              (c.requested_by === session.account.id ? h("span", { class: "soft" }, "Another person decides") : [button("Approve", () => decide(c, "approve"), "primary"), button("Reject", () => decide(c, "reject"), "danger quiet")]),
          },
        ],
        { empty: status === "pending" ? "Nothing waits for a second person." : "Nothing was given or taken.", hint: "Above a limit, what one person gives (credit, gift cards, deposits, payments for what is not shipped, refunds by hand) waits for another." },
      ),
    );
  again();
  return [
    heading("Store credit", actions(button("Give or take credit", () => askCredit("", again), "primary"))),
    filters("credit", query, field("Status", select("status", ["pending", "completed", "rejected", ["all", "All"]], status))),
    place,
  ];
}

export function askCredit(account, again) {
  return ask({
    title: "Give or take store credit",
    fields: [
      field("Customer's account id", input("account", { required: true, value: account, readonly: Boolean(account), pattern: "[0-9a-fA-F-]{36}", spellcheck: "false" })),
      field("What", select("kind", [["grants", "Give credit"], ["deductions", "Take credit"]])),
      h("div", { class: "pair" }, field("Amount", input("amount", { required: true, inputmode: "decimal", placeholder: "25.00" })), field("Currency", currencySelect())),
      field("Why", input("reason", { required: true, maxlength: 200, placeholder: "The customer sees this" })),
    ],
    button: "Book it",
    act: async (values, key) => {
      const body = { account_id: values.account, amount: amountOf(values.amount, values.currency), currency: values.currency, reason: values.reason };
      const change = await post(`/credits/${values.kind}`, body, key);
      await again();
      return change;
    },
    done: (change) => (change.status === "pending" ? "It waits for a second person." : "It is booked."),
  });
}

export function showGiftCards(_, query) {
  const place = h("div");
  const again = async () =>
    replace(
      place,
      list(
        "/gift-cards",
        { status: query.status },
        [
          { label: "Card", cell: (g) => h("code", {}, `···· ${g.last_four}`) },
          { label: "Amount", kind: "number", cell: (g) => money(g.amount, g.currency) },
          { label: "Status", cell: (g) => chip(g.status) },
          { label: "Issued", cell: (g) => moment(g.created_at) },
          { label: "Expires", cell: (g) => (g.expires_at ? moment(g.expires_at) : "never") },
          { label: "Redeemed", cell: (g) => (g.redeemed_at ? [moment(g.redeemed_at), " by ", accountCell(g.redeemed_by)] : "–") },
        ],
        { empty: "No gift cards." },
      ),
    );
  again();
  return [
    heading("Gift cards", actions(button("Issue a gift card", () => askGiftCard(again), "primary"))),
    filters("gift-cards", query, field("Status", select("status", [["", "Any status"], "active", "pending", "redeemed", "expired", "rejected"], query.status ?? ""))),
    place,
  ];
}

async function askGiftCard(again) {
  const card = await ask({
    title: "Issue a gift card",
    fields: [
      h("div", { class: "pair" }, field("Amount", input("amount", { required: true, inputmode: "decimal", placeholder: "50.00" })), field("Currency", currencySelect())),
      field("Expires", input("expires", { type: "date" }), "Never, when it is left empty."),
    ],
    button: "Issue",
    act: async (values) => {
      const body = { amount: amountOf(values.amount, values.currency), currency: values.currency };
      if (values.expires) body.expires_at = endOf(values.expires);
      const issued = await post("/gift-cards", body);
      await again();
      return issued;
    },
  });
  if (!card) return;
  await ask({
    title: "Here is its code",
    text: `${card.status === "pending" ? "It is valid once a second person has approved it. " : ""}It is shown this once, and kept nowhere. Copy it before you close this.`,
    fields: h("p", { class: "secret" }, h("code", {}, card.code), copier(card.code, "Copy the code")),
    button: "I have it",
    act: async () => null,
  });
}
