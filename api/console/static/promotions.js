// Promotion codes, where the server offers them.

import { h, replace } from "./elements.js";
import { count, endOf, moment, money, startOf } from "./format.js";
import { post } from "./server.js";
import { actions, amountOf, ask, button, chip, currencySelect, field, heading, input, list, mistake, select } from "./widgets.js";

function worth(promotion) {
  if (promotion.kind === "percentage") return `${promotion.basis_points / 100} %${promotion.cap ? `, ${money(promotion.cap, promotion.currency)} at most` : ""}`;
  return money(promotion.amount, promotion.currency);
}

export function showPromotions() {
  const place = h("div");
  const again = async () =>
    replace(
      place,
      list(
        "/promotions",
        {},
        [
          { label: "Code", cell: (p) => h("code", {}, p.code) },
          { label: "Name", cell: (p) => p.name },
          { label: "Takes off", cell: worth },
          { label: "From", cell: (p) => [p.minimum ? money(p.minimum, p.currency) : "any amount", p.scope !== "everything" && h("small", { class: "soft" }, p.product_ids.length + p.category_ids.length > 0 ? "some products only" : "for nothing: its category was deleted")] },
          { label: "Until", cell: (p) => (p.valid_until ? moment(p.valid_until) : "further notice") },
          { label: "Used", kind: "number", cell: (p) => (p.total_uses ? `${count(p.uses)} of ${count(p.total_uses)}` : p.uses_per_account ? `${count(p.uses_per_account)} each` : "no limit") },
          { label: "Status", cell: (p) => chip(!p.enabled ? "disabled" : p.valid_until && new Date(p.valid_until) < Date.now() ? "expired" : "active") },
          {
            label: "",
            kind: "action",
            cell: (p) =>
              p.enabled &&
              button(
                "Disable",
                () =>
                  ask({
                    title: `Disable ${p.code}?`,
                    text: "Orders that have it keep it; it cannot be used for others.",
                    button: "Disable",
                    danger: true,
                    act: async (_, key) => (await post(`/promotions/${p.id}/disable`, {}, key), again()),
                    done: `${p.code} is disabled.`,
                  }),
                "danger quiet",
              ),
          },
        ],
        { empty: "No promotions yet.", hint: "A promotion takes a percentage or an amount off orders that carry its code." },
      ),
    );
  again();
  return [heading("Promotions", actions(button("New promotion", () => askPromotion(again), "primary"))), place];
}

function askPromotion(again) {
  const kind = select("kind", [["percentage", "A percentage"], ["fixed", "An amount"]]);
  const per = field("Per cent", input("percent", { inputmode: "decimal", placeholder: "10" }));
  const amount = field("Amount", input("amount", { inputmode: "decimal", placeholder: "5.00" }));
  const turn = () => {
    per.hidden = kind.value !== "percentage";
    amount.hidden = kind.value === "percentage";
  };
  kind.addEventListener("change", turn);
  turn();
  return ask({
    title: "New promotion",
    wide: true,
    fields: [
      h("div", { class: "pair" }, field("Code", input("code", { required: true, maxlength: 40, pattern: "[A-Za-z0-9][A-Za-z0-9_\\-]{1,39}", placeholder: "SPRING-10" })), field("Name", input("name", { required: true, maxlength: 200, placeholder: "Ten per cent in spring" }))),
      h("div", { class: "pair" }, field("Takes off", kind), per, amount, field("Currency", currencySelect())),
      h("div", { class: "pair" }, field("Minimum", input("minimum", { inputmode: "decimal" }), "What the goods must cost."), field("At most", input("cap", { inputmode: "decimal" }), "What it takes off.")),
      h("div", { class: "pair" }, field("From", input("from", { type: "date" })), field("Until", input("until", { type: "date" }))),
      h("div", { class: "pair" }, field("Uses in all", input("total", { type: "number", min: 1 })), field("Uses a customer", input("each", { type: "number", min: 1 }))),
    ],
    button: "Create",
    act: async (values, key) => {
      const body = { code: values.code, name: values.name, kind: values.kind };
      if (values.kind === "percentage") {
        const points = Math.round(Number(values.percent.replace(",", ".")) * 100);
        if (!(points >= 1 && points <= 10000)) throw mistake("A percentage lies between 0.01 and 100.");
        body.basis_points = points;
      } else body.amount = amountOf(values.amount, values.currency);
      for (const name of ["minimum", "cap"]) if (values[name]) body[name] = amountOf(values[name], values.currency);
      if (body.amount || body.minimum || body.cap) body.currency = values.currency;
      if (values.from) body.valid_from = startOf(values.from);
      if (values.until) body.valid_until = endOf(values.until);
      if (values.total) body.total_uses = Number(values.total);
      if (values.each) body.uses_per_account = Number(values.each);
      const made = await post("/promotions", body, key);
      await again();
      return made;
    },
    done: (made) => `${made.code} can be used.`,
  });
}
