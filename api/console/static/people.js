// Customers: their data, balances and orders. Shown where the server offers these endpoints.

import { h, icon } from "./elements.js";
import { moment, money, shortId, words } from "./format.js";
import { askCredit } from "./money.js";
import { orderColumns, orderLink } from "./orders.js";
import { call, get, patch, post, session } from "./server.js";
import { actions, ask, button, chip, facts, field, filters, heading, identifier, input, later, list, panel, select } from "./widgets.js";

const ROLES = ["customer", "merchant", "support", "admin"];

export function showCustomers(_, query) {
  return [
    heading("Customers"),
    filters(
      "customers",
      query,
      field("Name, e-mail, handle", input("q", { type: "search", value: query.q, maxlength: 200 })),
      field("Role", select("role", [["", "Any role"], ...ROLES], query.role ?? "")),
      field("Status", select("status", [["", "Any status"], "active", "suspended", "closed"], query.status ?? "")),
    ),
    list(
      "/admin/accounts",
      { q: query.q, role: query.role, status: query.status },
      [
        { label: "Name", cell: (a) => a.display_name ?? a.handle ?? shortId(a.id) },
        { label: "E-mail", cell: (a) => a.email ?? "–" },
        { label: "Handle", cell: (a) => a.handle ?? "–" },
        { label: "Role", cell: (a) => words(a.role) },
        { label: "Status", cell: (a) => chip(a.status) },
        { label: "Since", cell: (a) => moment(a.created_at) },
      ],
      { link: (a) => `#/customers/${a.id}`, empty: "No such customer." },
    ),
  ];
}

export function showCustomer([id]) {
  const place = later(
    async () => {
      const [account, wallet, credit] = await Promise.all([get(`/admin/accounts/${id}`), get(`/admin/wallets/${id}`).catch(none), get(`/credits/${id}`).catch(none)]);
      return { account, wallet, credit };
    },
    (all, again) => customerPage(all, again),
    6,
  );
  return [h("a", { class: "backlink", href: "#/customers" }, icon("back"), "Customers"), place];
}

const none = (problem) => {
  if (problem.status === 404 || problem.status === 403) return null;
  throw problem;
};

function balances(holder, nothing) {
  const rows = (holder?.balances ?? []).filter((b) => b.balance || b.held);
  if (!rows.length) return h("p", { class: "soft" }, nothing);
  return facts(...rows.map((b) => [b.currency, [money(b.balance, b.currency), b.held ? h("small", { class: "soft" }, ` ${money(b.held, b.currency)} held`) : ""]]));
}

function customerPage({ account, wallet, credit }, again) {
  const change = (body) => async () => {
    const changed = await patch(`/admin/accounts/${account.id}`, body, account.version);
    await again(true);
    return changed;
  };
  const mayChange = session.account.role === "admin" && account.id !== session.account.id && account.status !== "closed";
  return [
    heading(
      account.display_name ?? account.handle ?? account.email ?? shortId(account.id),
      chip(account.status),
      account.role !== "customer" && h("span", { class: "chip" }, words(account.role)),
      actions(
        button("Give or take credit", () => askCredit(account.id, () => again(true))),
        mayChange && account.status === "active" && button("Suspend", () => ask({ title: "Suspend this account?", text: "Its sessions end now, and it cannot log in.", button: "Suspend", danger: true, act: change({ status: "suspended" }), done: "The account is suspended." }), "danger quiet"),
        mayChange && account.status === "suspended" && button("Reinstate", () => ask({ title: "Let this account in again?", button: "Reinstate", act: change({ status: "active" }), done: "The account is active." })),
        mayChange &&
          button("Change role", () =>
            ask({
              title: "Change what this account may do",
              fields: field("Role", select("role", ROLES, account.role)),
              button: "Change",
              act: (values) => change({ role: values.role })(),
              done: "The role is changed.",
            }),
          ),
        mayChange &&
          button("Reset second factor", () =>
            ask({
              title: "Reset the second factor of this account?",
              text: "For a person who lost the device and the recovery codes: make sure that it is them. Their sessions end, the next log-in needs only the password, and they get a mail.",
              button: "Reset",
              danger: true,
              act: async () => (await call("DELETE", `/admin/accounts/${account.id}/second-factor`), true),
              done: "The second factor is reset.",
            }), "danger quiet"),
      ),
    ),
    h(
      "div",
      { class: "columns" },
      h("div", {}, panel("Orders", list("/admin/orders", { account: account.id }, orderColumns.filter((c) => c.label !== "Customer"), { link: orderLink, empty: "No orders yet.", size: 10 }))),
      h(
        "div",
        {},
        panel(
          "Account",
          facts(
            ["E-mail", account.email === null ? "none" : [account.email, " ", account.email_verified ? h("small", { class: "soft" }, "verified") : h("small", { class: "soft" }, "not verified")]],
            account.handle && ["Handle", account.handle],
            ["Since", moment(account.created_at)],
            ["Last log-in", account.last_login_at ? moment(account.last_login_at) : "never"],
            ["Id", identifier(account.id)],
          ),
        ),
        panel(
          "Wallet",
          balances(wallet, "Nothing in it."),
          wallet?.locked && h("p", { class: "note" }, "Locked: ", wallet.lock_reason),
          wallet &&
            actions(
              wallet.locked
                ? button("Unlock", () => ask({ title: "Unlock this wallet?", button: "Unlock", act: async (_, key) => (await post(`/admin/wallets/${account.id}/unlock`, {}, key), again(true)), done: "The wallet is unlocked." }))
                : button("Lock", () =>
                    ask({
                      title: "Lock this wallet?",
                      text: "Nothing leaves it until it is unlocked.",
                      fields: field("Why", input("reason", { required: true, maxlength: 200 })),
                      button: "Lock",
                      danger: true,
                      act: async (values, key) => (await post(`/admin/wallets/${account.id}/lock`, { reason: values.reason }, key), again(true)),
                      done: "The wallet is locked.",
                    }), "danger quiet"),
            ),
        ),
        panel("Store credit", balances(credit, "None.")),
      ),
    ),
  ];
}
