// What every section is built of: status chips, tables, lists, dialogs, messages.

import { h, icon, replace } from "./elements.js";
import { decimals, parseMoney, plainMoney, shortId, words } from "./format.js";
import { get, Problem } from "./server.js";

const GOOD = ["paid", "completed", "delivered", "active", "won", "redeemed", "approved", "received", "refunded"];
const BAD = ["failed", "lost", "rejected", "suspended"];
const WAITING = ["pending", "open", "processing", "on_hold", "authorized", "initiated", "requested", "needs_response", "under_review", "appeal_needs_response", "appeal_under_review", "unknown"];

export function chip(status) {
  const tone = GOOD.includes(status) ? "good" : BAD.includes(status) ? "bad" : WAITING.includes(status) ? "waiting" : "";
  return h("span", { class: `chip ${tone}` }, words(status));
}

/** A problem: its sentence, the invalid fields, and the request id, which finds the log entry. */
export function complaint(problem, again = null) {
  const box = h("div", { class: "complaint", role: "alert" }, h("p", {}, problem.message));
  if (problem.errors?.length) {
    box.append(h("ul", {}, problem.errors.map((e) => h("li", {}, h("b", {}, words(e.pointer.split("/").slice(1).join(" › "))), " ", e.detail))));
  }
  const foot = h("div", { class: "foot" });
  if (again) foot.append(h("button", { type: "button", onclick: again }, "Try again"));
  if (problem.requestId) {
    foot.append(h("span", { class: "request" }, "Request ", h("code", {}, problem.requestId), copier(problem.requestId)));
  }
  if (foot.childNodes.length) box.append(foot);
  return box;
}

export function copier(text, label = "Copy") {
  const button = h("button", { type: "button", class: "plain", title: label, "aria-label": label }, icon("copy"));
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text);
    replace(button, icon("check"));
    setTimeout(() => replace(button, icon("copy")), 1200);
  });
  return button;
}

export function identifier(id) {
  return h("span", { class: "identifier" }, h("code", { title: id }, shortId(id)), copier(id, "Copy the id"));
}

export const messages = h("div", { class: "messages", role: "status", "aria-live": "polite" });

export function say(text) {
  const message = h("div", { class: "message" }, icon("check"), text);
  messages.append(message);
  setTimeout(() => message.remove(), 6000);
}

export function loading(rows = 5) {
  return h("div", { class: "loading", "aria-label": "Loading", role: "status" }, Array.from({ length: rows }, () => h("div")));
}

export function emptiness(text, hint = "") {
  return h("div", { class: "empty" }, h("p", {}, text), hint && h("p", { class: "soft" }, hint));
}

/** columns: {label, cell(row), kind: "number" | "action" | "code", wide} */
export function table(columns, rows, { link, caption } = {}) {
  const body = h("tbody");
  const add = (more) => {
    for (const row of more) {
      const target = link?.(row);
      const line = h("tr", { class: target && "link" }, columns.map((c) => h("td", { class: c.kind, "data-label": c.label }, c.cell(row))));
      if (target) {
        // The first cell holds a real link, for the keyboard; the rest of the row is for the mouse.
        const first = line.firstChild;
        replace(first, h("a", { href: target }, ...first.childNodes));
        line.addEventListener("click", (event) => {
          if (!event.target.closest("a, button, input, select") && !getSelection().toString()) location.hash = target;
        });
      }
      body.append(line);
    }
  };
  add(rows);
  const element = h(
    "div",
    { class: "scroll" },
    h("table", {}, caption && h("caption", {}, caption), h("thead", {}, h("tr", {}, columns.map((c) => h("th", { class: c.kind, scope: "col" }, c.label)))), body),
  );
  return { element, add };
}

/** A list of the API, page after page. */
export function list(path, query, columns, { link, empty, hint, size = 25 } = {}) {
  const place = h("div", { class: "list" }, loading());
  async function first() {
    replace(place, loading());
    try {
      const page = await get(path, { ...query, limit: size });
      if (!page.data.length) return replace(place, emptiness(empty ?? "Nothing here.", hint));
      const shown = table(columns, page.data, { link });
      replace(place, shown.element);
      more(shown, page.next_cursor);
    } catch (problem) {
      replace(place, complaint(problem, first));
    }
  }
  function more(shown, cursor) {
    if (!cursor) return;
    const button = h("button", { type: "button", class: "more" }, "Show more");
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        const page = await get(path, { ...query, limit: size, cursor });
        shown.add(page.data);
        button.remove();
        more(shown, page.next_cursor);
      } catch (problem) {
        button.replaceWith(complaint(problem, () => more(shown, cursor)));
      }
    });
    place.append(button);
  }
  first();
  return place;
}

/** Shows a placeholder until the promise is settled, then its content or its problem. */
export function later(load, show, rows = 4) {
  const place = h("div", { class: "later" }, loading(rows));
  async function run(quiet = false) {
    if (!quiet) replace(place, loading(rows));
    try {
      replace(place, show(await load(), run));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      replace(place, complaint(problem, run));
    }
  }
  run();
  place.again = run;
  return place;
}

let serial = 0;

export function field(label, input, hint = "") {
  input.id ||= `f${++serial}`;
  if (input.type === "checkbox") return h("label", { class: "check" }, input, h("span", {}, label, hint && h("small", {}, hint)));
  const hintId = hint && `${input.id}-hint`;
  if (hint) input.setAttribute("aria-describedby", hintId);
  return h("div", { class: "field" }, h("label", { for: input.id }, label), input, hint && h("small", { id: hintId }, hint));
}

export const input = (name, attributes = {}) => h("input", { name, autocomplete: "off", ...attributes });

export function select(name, options, value = "") {
  const element = h("select", { name }, options.map((o) => h("option", { value: Array.isArray(o) ? o[0] : o }, Array.isArray(o) ? o[1] : words(o))));
  if (value) element.value = value;
  return element;
}

export const CURRENCIES = ["USD", "EUR", "GBP", "BDT", "INR", "CHF", "JPY", "KWD"];
export const currencySelect = (name = "currency", value = "USD") => select(name, CURRENCIES.map((c) => [c, c]), value);

/**
 * A dialog for a change. `act(values, key)` makes it; the idempotency key stays the same until the server refuses the
 * request, so that a lost answer and a second press of the button do not repeat the effect.
 */
export function ask({ title, text, fields = [], button, danger = false, act, done, wide = false }) {
  return new Promise((resolve) => {
    let key = crypto.randomUUID();
    const trouble = h("div");
    const submit = h("button", { type: "submit", class: danger ? "danger" : "primary" }, button);
    const form = h(
      "form",
      { novalidate: false },
      h("header", {}, h("h2", {}, title), h("button", { type: "button", class: "plain", "aria-label": "Close", onclick: () => dialog.close() }, icon("close"))),
      h("div", { class: "body" }, text && h("p", {}, text), fields, trouble),
      h("footer", {}, h("button", { type: "button", onclick: () => dialog.close() }, "Back"), submit),
    );
    const dialog = h("dialog", { class: wide && "wide", "aria-label": title }, form);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      replace(trouble);
      const values = Object.fromEntries(new FormData(form));
      submit.disabled = true;
      form.setAttribute("aria-busy", "true");
      try {
        const result = await act(values, key, form);
        dialog.close();
        if (done) say(typeof done === "function" ? done(result) : done);
        resolve(result);
      } catch (problem) {
        if (!(problem instanceof Problem)) throw problem;
        if (problem.refused) key = crypto.randomUUID();
        replace(trouble, complaint(problem));
        trouble.scrollIntoView({ block: "nearest" });
      } finally {
        submit.disabled = false;
        form.removeAttribute("aria-busy");
      }
    });
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(null);
    });
    document.body.append(dialog);
    dialog.showModal();
    form.querySelector(".body :is(input:not([type=checkbox], [type=radio], :disabled), select)")?.focus();
  });
}

/** A problem that the console finds itself, shown like those of the server. */
export const mistake = (text, pointer = "") => new Problem(422, { detail: text, errors: pointer ? [{ pointer: "/" + pointer, detail: "" }] : [] });

export function amountOf(text, currency) {
  const amount = parseMoney(text, currency);
  if (!amount) throw mistake(`${text || "Nothing"} is no amount in ${currency}. Write it as ${plainMoney(1250 * (decimals(currency) ? 1 : 1), currency)}.`);
  return amount;
}

export function actions(...buttons) {
  return h("div", { class: "actions" }, buttons);
}

export const button = (label, onclick, kind = "") => h("button", { type: "button", class: kind, onclick }, label);

/** Filters are kept in the address, so that a list can be sent to a colleague. */
export function filters(section, query, ...controls) {
  const form = h("form", { class: "filters", role: "search" }, controls);
  const apply = () => {
    const given = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    location.hash = `#/${section}${given.size ? "?" + given : ""}`;
  };
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    apply();
  });
  if (Object.keys(query).length) form.append(h("a", { class: "clear", href: `#/${section}` }, "Clear"));
  return form;
}

export function heading(title, ...rest) {
  return h("header", { class: "heading" }, h("h1", { tabindex: "-1" }, title), rest);
}

export function panel(title, ...children) {
  return h("section", { class: "panel" }, title && h("h2", {}, title), children);
}

export function facts(...pairs) {
  return h("dl", { class: "facts" }, pairs.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

export function goods(items) {
  if (!items.length) return "–";
  const first = `${items[0].quantity > 1 ? items[0].quantity + " × " : ""}${items[0].name}`;
  return h("span", { class: "goods", title: items.map((i) => `${i.quantity} × ${i.name}`).join("\n") }, first, items.length > 1 && h("span", { class: "soft" }, ` and ${items.length - 1} more`));
}
