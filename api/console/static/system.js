// System settings and checks, for admins.

import { h, icon, replace } from "./elements.js";
import { ago, count, day, moment, plural, words } from "./format.js";
import { get, patch, put } from "./server.js";
import { actions, ask, button, complaint, CURRENCIES, emptiness, facts, field, heading, input, later, loading, mistake, panel, select, table } from "./widgets.js";

export function showSystem() {
  const checks = h("div", {}, h("p", { class: "soft" }, "Every balance, order, payment, refund and piece of stock is added up anew. It takes a moment in a large shop."));
  const check = button("Check the books", async () => {
    check.disabled = true;
    replace(checks, loading(4));
    try {
      replace(checks, invariants(await get("/invariants")));
    } catch (problem) {
      replace(checks, complaint(problem));
    } finally {
      check.disabled = false;
    }
  }, "primary");
  const place = h("div");
  const again = async () =>
    replace(
      place,
      later(
        async () => {
          const [reporting, rates] = await Promise.all([get("/admin/reporting"), get("/admin/exchange-rates", { limit: 50 })]);
          return { reporting, rates: rates.data };
        },
        (all) => reportingPanels(all, again),
      ),
    );
  again();
  return [heading("System"), panel("Invariants", checks, actions(check)), place];
}

function invariants(answer) {
  const broken = answer.checks.filter((c) => !c.ok);
  return [
    h("p", { class: answer.ok ? "verdict good" : "verdict bad" }, answer.ok ? [icon("check"), `All ${answer.checks.length} hold.`] : `${plural(broken.length, "is", "are")} broken. Tell the administrator of the database, with the details below.`),
    h("ul", { class: "checks" }, [...broken, ...answer.checks.filter((c) => c.ok)].map((c) => h("li", { class: c.ok ? "good" : "bad" }, icon(c.ok ? "check" : "close"), h("span", {}, words(c.name), c.detail && h("small", {}, c.detail))))),
  ];
}

function reportingPanels({ reporting, rates }, again) {
  const today = new Date().toISOString().slice(0, 10);
  const others = CURRENCIES.filter((c) => c !== reporting.reporting_currency);
  const askRate = () =>
    ask({
      title: "Set an exchange rate",
      text: "For reports only: no payment uses it. It holds until the next one begins.",
      fields: [
        h("div", { class: "pair" }, field("One unit of", select("currency", others.map((c) => [c, c]))), field(`is worth, in ${reporting.reporting_currency}`, input("rate", { required: true, inputmode: "decimal", placeholder: "1.0837" }))),
        field("From", input("from", { type: "date", required: true, value: today })),
      ],
      button: "Set",
      act: async (values) => {
        const rate = Number(values.rate.replace(",", "."));
        if (!(rate > 0)) throw mistake(`${values.rate} is no rate. Write it as 1.0837.`);
        const set = await put(`/admin/exchange-rates/${values.currency}`, { rate, valid_from: values.from });
        await again();
        return set;
      },
      done: (set) => `One ${set.currency} is ${set.rate} ${set.base} from ${day(set.valid_from)} on.`,
    });
  const askReporting = () =>
    ask({
      title: "How reports are made",
      fields: [
        field("Reporting currency", select("currency", CURRENCIES.map((c) => [c, c]), reporting.reporting_currency), "Another one needs exchange rates of its own."),
        field("Made anew every", input("seconds", { type: "number", min: 5, max: 86400, required: true, value: reporting.refresh_seconds }), "Seconds. What takes long is made less often by itself."),
        field("Stock is low at", input("low", { type: "number", min: 0, max: 1000000, required: true, value: reporting.low_stock }), "Pieces, and below."),
      ],
      button: "Save",
      act: async (values) => {
        await patch("/admin/reporting", { reporting_currency: values.currency, refresh_seconds: Number(values.seconds), low_stock: Number(values.low) });
        return again();
      },
      done: "Saved.",
    });
  return [
    panel(
      "Exchange rates",
      rates.length
        ? table(
            [
              { label: "One", cell: (r) => r.currency },
              { label: "is worth", kind: "number", cell: (r) => `${r.rate} ${r.base}` },
              { label: "From", cell: (r) => day(r.valid_from) },
              { label: "Until", cell: (r) => (r.valid_until ? day(r.valid_until) : "further notice") },
            ],
            rates,
          ).element
        : emptiness("No rates yet.", "With them, reports add up what was sold in several currencies."),
      actions(button("Set a rate", askRate)),
    ),
    panel(
      "Reports",
      facts(["Currency", reporting.reporting_currency], ["Made anew every", plural(reporting.refresh_seconds, "second", "seconds")], ["Stock is low at", plural(reporting.low_stock, "piece", "pieces")]),
      table(
        [
          { label: "Report", cell: (r) => words(r.name) },
          { label: "As of", cell: (r) => (r.as_of ? [moment(r.as_of), h("small", { class: "soft" }, ago(r.as_of))] : "never yet") },
          { label: "Took", kind: "number", cell: (r) => `${count(r.took_milliseconds)} ms` },
        ],
        reporting.refreshes,
      ).element,
      actions(button("Change", askReporting)),
    ),
  ];
}
