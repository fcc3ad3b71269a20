// The overview and the reports, for admins.

import { bars, parts } from "./charts.js";
import { h, svg } from "./elements.js";
import { ago, count, day, moment, money, MONTH_UTC, percent, plural, shortDay, shortId, words } from "./format.js";
import { accountLink } from "./money.js";
import { get } from "./server.js";
import { actions, button, CURRENCIES, emptiness, field, filters, heading, input, later, panel, select, table } from "./widgets.js";

/** The figures in the reporting currency, or in the only currency there is; null where several cannot be added up. */
function inOne(sales) {
  return sales.converted ?? (sales.amounts.length === 1 ? sales.amounts[0] : null);
}

function figures(sales, name) {
  const one = inOne(sales);
  if (one) return money(one[name], one.currency);
  return sales.amounts.map((a) => h("span", { class: "several" }, money(a[name], a.currency)));
}

function change(now, before) {
  if (!before) return now ? h("span", { class: "change soft" }, "nothing before") : null;
  const part = (now - before) / before;
  const kind = part > 0.0005 ? "up" : part < -0.0005 ? "down" : "soft";
  return h("span", { class: `change ${kind}` }, `${part > 0 ? "+" : ""}${percent(part)}`);
}

const PERIODS = { today: ["Today", "yesterday"], "7_days": ["7 days", "the 7 before"], "30_days": ["30 days", "the 30 before"] };

function periodCard({ name, now, before }) {
  const [one, other] = [inOne(now), inOne(before)];
  const orders = (sales) => sales.amounts.reduce((sum, a) => sum + a.orders, 0);
  return h(
    "article",
    { class: "card" },
    h("h3", {}, PERIODS[name]?.[0] ?? words(name)),
    h("p", { class: "big" }, figures(now, "net"), one && other && change(one.net, other.net)),
    h("p", { class: "soft" }, `${plural(orders(now), "order", "orders")} · `, one ? `${money(one.average_order, one.currency)} on average` : "several currencies"),
    h("p", { class: "soft" }, `${words(PERIODS[name]?.[1] ?? "before")}: `, figures(before, "net"), ` · ${plural(orders(before), "order", "orders")}`),
  );
}

const WORK = [
  ["failed_refunds", "refunds failed", "refunds?status=failed", "bad"],
  ["open_disputes", "disputes open", "disputes", "bad"],
  ["pending_payouts", "payouts to send", "payouts"],
  ["pending_credit_changes", "credit to approve", "credit"],
  ["authorized_payments", "payments to capture", "orders?status=pending"],
  ["open_payments", "payments open", "orders?status=pending", "calm"],
  ["pending_refunds", "refunds on their way", "refunds?status=pending", "calm"],
  ["sold_out", "products sold out", "reports/products", "calm"],
  ["low_stock", "products running low", "reports/products", "calm"],
  ["failing_jobs", "jobs that fail", "system", "bad"],
  ["queued_jobs", "jobs in the queue", "system", "calm"],
];

function worklist(work) {
  const due = WORK.filter(([name]) => work[name] > 0);
  if (!due.length) return emptiness("There is nothing to do.");
  return h("ul", { class: "work" }, due.map(([name, label, link, kind]) => h("li", {}, h("a", { href: `#/${link}` }, h("b", { class: kind ?? "waiting" }, count(work[name])), h("span", {}, label)))));
}

function freshness(asOf) {
  return h("p", { class: "soft under fresh" }, asOf ? ["As of ", moment(asOf), ` (${ago(asOf)})`] : "Reports are being made for the first time; come back in a minute.");
}

function missing(sales) {
  return sales.missing_rates.length > 0 && h("p", { class: "note" }, `Without an exchange rate for ${sales.missing_rates.join(", ")}, amounts cannot be added up. `, h("a", { href: "#/system" }, "Set the rate"));
}

export function showOverview() {
  return later(
    async () => {
      const [board, revenue] = await Promise.all([get("/admin/dashboard"), get("/admin/analytics/revenue", { interval: "day" })]);
      return { board, revenue };
    },
    ({ board, revenue }, again) => [
      heading("Overview", freshness(board.as_of), actions(button("Refresh", () => again(true)))),
      missing(board.periods.at(-1).now),
      h("div", { class: "cards" }, board.periods.map(periodCard)),
      h(
        "div",
        { class: "columns" },
        h(
          "div",
          {},
          panel("Net revenue, thirty days", revenueChart(revenue)),
          panel(
            "Orders by status",
            parts(board.orders_by_status.map((s) => ({ value: s.orders, kind: s.status }))),
            h("ul", { class: "legend" }, board.orders_by_status.map((s) => h("li", {}, h("a", { href: `#/orders?status=${s.status}` }, h("i", { class: `dot ${s.status}` }), words(s.status), h("b", {}, count(s.orders)))))),
          ),
        ),
        h(
          "div",
          {},
          panel("To do", worklist(board.work)),
          panel(
            "Running low",
            board.low_stock.length
              ? h("ul", { class: "plain" }, board.low_stock.map((p) => h("li", {}, h("span", {}, p.name, h("small", { class: "soft" }, p.sku)), h("b", { class: "number" }, plural(p.available, "left", "left")))))
              : emptiness("There is enough of everything."),
          ),
        ),
      ),
    ],
    8,
  );
}

function revenueChart(report) {
  const currency = report.total.converted?.currency ?? report.total.amounts[0]?.currency ?? report.reporting_currency;
  const pick = (sales) => (report.total.converted ? sales.converted : sales.amounts.find((a) => a.currency === currency)) ?? { net: 0, gross: 0, refunds: 0, orders: 0 };
  const label = { day: (s) => shortDay(s.from), week: (s) => shortDay(s.from), month: (s) => MONTH_UTC.format(new Date(s.from)) }[report.interval];
  const full = (s) => (s.from === s.to ? day(s.from) : `${day(s.from)} – ${day(s.to)}`);
  return bars(
    report.data.map((sales) => {
      const f = pick(sales);
      return {
        label: label(sales),
        full: full(sales),
        value: f.net,
        second: f.gross,
        told: `${money(f.net, currency)} net · ${plural(f.orders, "order", "orders")}${f.refunds ? ` · ${money(f.refunds, currency)} refunded` : ""}`,
      };
    }),
    { format: (amount, brief) => money(amount, currency, brief), title: `Net revenue in ${currency}, by ${report.interval}; what was refunded in a softer colour` },
  );
}

const REPORTS = [["revenue", "Revenue"], ["products", "Products"], ["customers", "Customers"]];

export function showReports([which = "revenue"], query) {
  const tabs = h("nav", { class: "tabs", "aria-label": "Reports" }, REPORTS.map(([name, label]) => h("a", { href: `#/reports/${name}`, "aria-current": name === which ? "page" : null }, label)));
  const period = [field("From", input("from", { type: "date", value: query.from })), field("To", input("to", { type: "date", value: query.to }))];
  const steps = (chosen) => field("By", select("interval", [["day", "Day"], ["week", "Week"], ["month", "Month"]], query.interval ?? chosen));
  const show = { revenue: showRevenue, products: showProducts, customers: showBuyers }[which] ?? showRevenue;
  return [heading("Reports"), tabs, show(`reports/${which}`, query, period, steps)];
}

function showRevenue(section, query, period, steps) {
  return [
    filters(section, query, steps("day"), ...period, field("Currency", select("currency", [["", "All"], ...CURRENCIES.map((c) => [c, c])], query.currency ?? ""))),
    later(
      () => get("/admin/analytics/revenue", { interval: query.interval, from: query.from, to: query.to, currency: query.currency }),
      (report) => {
        const rows = report.data.flatMap((s) => s.amounts.map((a) => ({ ...a, from: s.from, to: s.to }))).reverse();
        const column = (label, name) => ({ label, kind: "number", cell: (r) => money(r[name], r.currency) });
        const sums = [["Gross", "gross"], ["Refunds", "refunds"], ["Net", "net"], ["Gateway fees", "fees"], ["Net after fees", "net_after_fees"], ["Commission", "commission"], ["Average order", "average_order"]];
        return [
          freshness(report.as_of),
          missing(report.total),
          h("div", { class: "cards small" }, sums.map(([label, name]) => h("article", { class: "card" }, h("h3", {}, label), h("p", { class: "big" }, report.total.amounts.length ? figures(report.total, name) : "–")))),
          panel("Net revenue", revenueChart(report)),
          panel(
            "Step by step",
            rows.length
              ? table(
                  [
                    { label: "When", cell: (r) => (r.from === r.to ? day(r.from) : `${shortDay(r.from)} – ${day(r.to)}`) },
                    { label: "Orders", kind: "number", cell: (r) => count(r.orders) },
                    column("Gross", "gross"),
                    column("Refunds", "refunds"),
                    column("Net", "net"),
                    column("Fees", "fees"),
                    column("After fees", "net_after_fees"),
                    column("Commission", "commission"),
                    column("Average", "average_order"),
                  ],
                  rows,
                ).element
              : emptiness("Nothing was sold in this time."),
          ),
        ];
      },
      8,
    ),
  ];
}

function showProducts(section, query, period) {
  return [
    filters(section, query, field("Most", select("sort", [["revenue", "Revenue"], ["units", "Pieces sold"], ["refund_rate", "Refunded"]], query.sort ?? "revenue")), ...period),
    later(
      () => get("/admin/analytics/products", { sort: query.sort, from: query.from, to: query.to, limit: 25 }),
      (report) => {
        const most = Math.max(1, ...report.data.map((p) => p.converted?.revenue ?? 0));
        return [
          freshness(report.as_of),
          panel(
            `${day(report.from)} – ${day(report.to)}`,
            report.data.length
              ? table(
                  [
                    { label: "Product", cell: (p) => [h("span", { class: "name" }, p.name), h("small", { class: "soft" }, p.sku)] },
                    { label: "Sold", kind: "number", cell: (p) => count(p.units) },
                    { label: "Revenue", kind: "number", cell: (p) => (p.converted ? money(p.converted.revenue, p.converted.currency) : p.amounts.map((a) => h("span", { class: "several" }, money(a.revenue, a.currency)))) },
                    { label: "", cell: (p) => meter((p.converted?.revenue ?? 0) / most) },
                    { label: "Refunded", kind: "number", cell: (p) => (p.refund_rate ? percent(p.refund_rate) : "–") },
                    { label: "In stock", kind: "number", cell: (p) => (p.available === null ? "–" : count(p.available)) },
                  ],
                  report.data,
                ).element
              : emptiness("Nothing was sold in this time."),
          ),
          panel(
            "Sold out now",
            report.sold_out.length
              ? table(
                  [
                    { label: "Product", cell: (p) => [h("span", { class: "name" }, p.name), h("small", { class: "soft" }, p.sku)] },
                    { label: "Sold in this time", kind: "number", cell: (p) => count(p.units) },
                    { label: "Since", cell: (p) => (p.since ? moment(p.since) : "always") },
                  ],
                  report.sold_out,
                ).element
              : emptiness("Nothing is sold out."),
          ),
        ];
      },
      8,
    ),
  ];
}

function meter(part) {
  return svg("svg", { class: "meter", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" }, svg("rect", { width: Math.max(0, part * 100), height: 8, rx: 2 }));
}

function showBuyers(section, query, period, steps) {
  return [
    filters(section, query, steps("month"), ...period),
    later(
      () => get("/admin/analytics/customers", { interval: query.interval, from: query.from, to: query.to }),
      (report) => [
        freshness(report.as_of),
        h(
          "div",
          { class: "cards small" },
          h("article", { class: "card" }, h("h3", {}, "New customers"), h("p", { class: "big" }, count(report.new_customers))),
          h("article", { class: "card" }, h("h3", {}, "Customers from before"), h("p", { class: "big" }, count(report.returning_customers))),
          report.lifetime.map((l) => h("article", { class: "card" }, h("h3", {}, `Lifetime value, ${l.currency}`), h("p", { class: "big" }, money(l.average, l.currency)), h("p", { class: "soft" }, plural(l.customers, "customer", "customers")))),
        ),
        panel(
          "Customers who bought",
          bars(
            report.data.map((s) => ({
              label: report.interval === "month" ? MONTH_UTC.format(new Date(s.from)) : shortDay(s.from),
              full: s.from === s.to ? day(s.from) : `${day(s.from)} – ${day(s.to)}`,
              value: s.returning_customers,
              second: s.returning_customers + s.new_customers,
              told: `${count(s.new_customers)} new · ${count(s.returning_customers)} returning · ${plural(s.orders, "order", "orders")}`,
            })),
            { format: (n) => count(n), title: `Returning customers by ${report.interval}, new ones in a softer colour` },
          ),
        ),
        panel("Who came back", cohorts(report.cohorts)),
        panel(
          "Worth most",
          report.best.length
            ? table(
                [
                  { label: "Customer", cell: (c) => c.handle ?? shortId(c.account_id) },
                  { label: "Orders", kind: "number", cell: (c) => count(c.orders) },
                  { label: "Net", kind: "number", cell: (c) => (c.converted ? money(c.converted.net, c.converted.currency) : c.amounts.map((a) => h("span", { class: "several" }, money(a.net, a.currency)))) },
                  { label: "First order", cell: (c) => day(c.first_day) },
                  { label: "Last order", cell: (c) => day(c.last_day) },
                ],
                report.best,
                { link: (c) => accountLink(c.account_id) },
              ).element
            : emptiness("There are no purchases yet."),
        ),
      ],
      8,
    ),
  ];
}

/** The share of each month's new customers that bought again in each later month: darker is more. */
function cohorts(rows) {
  if (!rows.length) return emptiness("There are no purchases yet.");
  const widest = Math.max(...rows.map((c) => c.active.length));
  const heat = (part) => Math.min(9, Math.ceil(part * 10));
  return h(
    "div",
    { class: "scroll" },
    h(
      "table",
      { class: "cohorts" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "First order"), h("th", { scope: "col", class: "number" }, "Customers"), Array.from({ length: widest - 1 }, (_, n) => h("th", { scope: "col", class: "number" }, `+${n + 1}`)))),
      h(
        "tbody",
        {},
        rows.map((c) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, MONTH_UTC.format(new Date(c.month))),
            h("td", { class: "number" }, count(c.customers)),
            c.active.slice(1).map((n) => h("td", { class: `number heat heat${n ? heat(n / c.customers) : 0}`, title: plural(n, "customer", "customers") }, n ? `${Math.round((n / c.customers) * 100)} %` : "")),
          ),
        ),
      ),
    ),
  );
}
