// The documentation of the API: /openapi.json as a page. The part of the address after # names what is shown.

import { fill, h, prose, replace } from "./elements.js";
import { groupTitle, readDocument, store } from "./document.js";
import { method, operationPage } from "./operation.js";
import { searchPage } from "./search.js";
import { sessionButton } from "./session.js";

const main = h("main", { id: "main", tabindex: -1 });
const menu = h("nav", { id: "operations", "aria-label": "Operations" });
const box = h("input", { id: "search", type: "search", placeholder: "Search operations, fields, error codes", "aria-label": "Search operations, fields and error codes", "aria-keyshortcuts": "/", autocomplete: "off", spellcheck: "false" });
const toggle = h("button", { type: "button", class: "toggle", "aria-controls": "operations", "aria-expanded": "false", onclick: () => openMenu(toggle.getAttribute("aria-expanded") !== "true") }, "Operations");

function openMenu(open) {
  toggle.setAttribute("aria-expanded", String(open));
  document.body.classList.toggle("menu-open", open);
}

function drawFrame() {
  const links = [["/docs/errors", "Errors"], ["/openapi.json", "OpenAPI document"], ["/console", "Console"]];
  fill(
    document.body,
    h("a", { class: "skip", href: "#main", onclick: (event) => (event.preventDefault(), main.focus()) }, "Skip to the content"),
    h("header", null, h("a", { class: "brand", href: "/docs" }, store.document.info.title, h("span", null, `API ${store.document.info.version}`)), toggle, h("search", null, box), h("div", { class: "links" }, links.map(([href, text]) => h("a", { href }, text))), sessionButton()),
    menu,
    main,
  );
  for (const [group, operations] of store.groups) {
    const items = operations.map((operation) => h("li", null, h("a", { href: `#${operation.id}` }, method(operation), h("span", null, operation.summary))));
    menu.append(h("details", { "data-group": group }, h("summary", null, groupTitle(group)), h("ul", null, items)));
  }
}

function home() {
  const { info } = store.document;
  return [
    h("h1", { tabindex: -1 }, `${info.title} API`),
    h("p", { class: "lead" }, info.summary ?? ""),
    prose(info.description ?? ""),
    h("h2", null, "Operations"),
    h("ul", { class: "groups" }, [...store.groups].map(([group, operations]) => h("li", null, h("a", { href: `#${group}` }, groupTitle(group)), h("span", { class: "soft" }, ` ${operations.length}`), groupText(group)))),
  ];
}

function groupText(group) {
  const text = store.document.tags?.find((tag) => tag.name === group)?.description;
  return text && h("div", { class: "soft" }, prose(text));
}

function groupPage(group) {
  const rows = store.groups.get(group).map((operation) =>
    h("li", null, h("a", { href: `#${operation.id}` }, operation.summary), h("p", { class: "address" }, method(operation), " ", h("code", null, operation.path))),
  );
  return [h("h1", { tabindex: -1 }, groupTitle(group)), groupText(group), h("ul", { class: "results" }, rows)];
}

/** `#create_order`, `#orders`, `#?search=refund`; and `#/orders/create_order`, as links to this page used to be. */
function draw() {
  const place = decodeURIComponent(location.hash.slice(1));
  const query = place.startsWith("?") ? new URLSearchParams(place).get("search") ?? "" : "";
  const name = place.split("/").pop();
  const operation = store.byId.get(name);
  const group = operation?.group ?? (store.groups.has(name) ? name : "");
  if (document.activeElement !== box) box.value = query;
  if (query) replace(main, searchPage(query));
  else if (operation) replace(main, operationPage(operation));
  else if (group) replace(main, groupPage(group));
  else replace(main, home());
  document.title = `${query ? `Search: ${query}` : operation?.summary ?? (group ? groupTitle(group) : "API")} · storeproc`;
  for (const link of menu.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
  for (const details of menu.querySelectorAll("details")) if (details.dataset.group === group) details.open = true;
  const link = operation && menu.querySelector(`a[href="#${CSS.escape(operation.id)}"]`);
  link?.setAttribute("aria-current", "page");
  link?.scrollIntoView({ block: "nearest" });
  openMenu(false);
  if (document.activeElement !== box) {
    scrollTo(0, 0);
    if (place) main.querySelector("h1").focus({ preventScroll: true });
  }
}

box.addEventListener("input", () => {
  const text = box.value.trim();
  history.replaceState(null, "", text ? `#?${new URLSearchParams({ search: text })}` : "#");
  draw();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter") main.querySelector(".results a")?.focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") openMenu(false);
  if (event.key !== "/" || event.target.closest("input, textarea, select, dialog")) return;
  event.preventDefault();
  box.focus();
  box.select();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest("#operations, .toggle")) openMenu(false);
});
addEventListener("hashchange", draw);

try {
  await readDocument();
  drawFrame();
  draw();
} catch (error) {
  fill(document.body, h("main", null, h("p", { role: "alert" }, error.message)));
}
