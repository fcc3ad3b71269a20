// Security events, for admins: who logged in, what was refused, who changed roles, keys and settings.

import { h } from "./elements.js";
import { count, endOf, moment, shortId, startOf, words } from "./format.js";
import { offered } from "./server.js";
import { field, filters, heading, input, list, select } from "./widgets.js";

const ALARMING = ["log_in_failed", "access_refused", "token_refused", "throttled", "refresh_token_reused"];

// The kinds are those of the server's OpenAPI document.
const kinds = () => offered.choices("/admin/security-events", "kind");

export function showSecurity(_, query) {
  return [
    heading("Security"),
    filters(
      "security",
      query,
      field("What", select("kind", [["", "Anything"], ...kinds().map((k) => [k, words(k)])], query.kind ?? "")),
      field("Account", input("account", { type: "search", value: query.account, placeholder: "id", pattern: "[0-9a-f-]{36}", spellcheck: "false" })),
      field("From", input("from", { type: "date", value: query.from })),
      field("To", input("to", { type: "date", value: query.to })),
    ),
    list(
      "/admin/security-events",
      { kind: query.kind, account: query.account, from: startOf(query.from), to: endOf(query.to) },
      [
        { label: "When", cell: (e) => moment(e.created_at) },
        { label: "What", cell: what },
        { label: "Account", cell: (e) => person(e.account_id) },
        { label: "By", cell: (e) => (e.actor_id ? (e.actor_id === e.account_id ? "the same" : person(e.actor_id)) : "–") },
        { label: "Client", cell: (e) => h("div", {}, e.ip_address ?? "–", e.user_agent && h("small", { class: "soft agent", title: e.user_agent }, e.user_agent)) },
      ],
      { empty: "No such event.", hint: "Refusals are listed some seconds after they happened." },
    ),
  ];
}

function what(event) {
  const { code, operation, reason, name, from, to, fields } = event.detail;
  const more = [
    name,
    from && `${words(from)} → ${words(to)}`,
    fields?.map(words).join(", "),
    reason === "too_many" ? "too many to list one by one" : reason && words(reason),
    operation && operation !== "create_session" && words(operation),
    code && words(code),
  ].filter(Boolean);
  const times = event.occurrences > 1 ? ` × ${count(event.occurrences)}` : "";
  return h("div", {}, h(ALARMING.includes(event.kind) ? "strong" : "span", {}, words(event.kind) + times), more.length > 0 && h("small", { class: "soft" }, ` ${more.join(" · ")}`));
}

const person = (id) => (id ? h("a", { class: "short", href: `#/customers/${id}`, title: id }, shortId(id)) : "–");
