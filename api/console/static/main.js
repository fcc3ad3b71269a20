// The frame of the page: log-in, menu, routing between the sections.

import { showAccount } from "./account.js";
import { h, icon, replace } from "./elements.js";
import { words } from "./format.js";
import { showCredit, showDisputes, showGiftCards, showPayouts, showReconciliation } from "./money.js";
import { showOrder, showOrders, showSearch } from "./orders.js";
import { showReturns } from "./parcels.js";
import { readProviders } from "./payments.js";
import { showCustomer, showCustomers } from "./people.js";
import { showPromotions } from "./promotions.js";
import { showRefunds } from "./refund.js";
import { showOverview, showReports } from "./reports.js";
import { codeField, enrolment } from "./second_factor.js";
import { showSecurity } from "./security.js";
import { call, offered, Problem, send, session } from "./server.js";
import { showSystem } from "./system.js";
import { complaint, field, loading, messages, mistake } from "./widgets.js";

const SECTIONS = [
  { name: "overview", label: "Overview", role: "admin", show: showOverview, needs: ["get", "/admin/dashboard"] },
  { name: "orders", label: "Orders", show: (path, query) => (path.length ? showOrder(path) : showOrders(path, query)) },
  { name: "customers", label: "Customers", show: (path, query) => (path.length ? showCustomer(path) : showCustomers(path, query)), needs: ["get", "/admin/accounts"] },
  { name: "refunds", label: "Refunds", show: showRefunds },
  { name: "returns", label: "Returns", show: showReturns, needs: ["get", "/admin/returns"] },
  { name: "disputes", label: "Disputes", show: showDisputes },
  { name: "reconciliation", label: "Reconciliation", shape: "check", show: showReconciliation, needs: ["get", "/admin/reconciliation"] },
  { name: "payouts", label: "Payouts", show: showPayouts },
  { name: "credit", label: "Store credit", show: showCredit },
  { name: "gift-cards", label: "Gift cards", shape: "gift", show: showGiftCards },
  { name: "promotions", label: "Promotions", show: showPromotions, needs: ["get", "/promotions"] },
  { name: "reports", label: "Reports", role: "admin", show: showReports, needs: ["get", "/admin/analytics/revenue"] },
  { name: "security", label: "Security", role: "admin", show: showSecurity, needs: ["get", "/admin/security-events"] },
  { name: "system", label: "System", role: "admin", show: showSystem },
];

const mine = () => SECTIONS.filter((s) => (!s.role || s.role === session.account.role) && (!s.needs || offered.has(...s.needs)));

function where() {
  const [path, search = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { path: path.split("/").filter(Boolean).map(decodeURIComponent), query: Object.fromEntries(new URLSearchParams(search)) };
}

// --- the frame -------------------------------------------------------------------------------------

const main = h("main", { id: "main" });
let menu = null;

function frame() {
  const box = h("input", { type: "search", name: "q", placeholder: "Order, invoice, e-mail, id …", "aria-label": "Find", autocomplete: "off", spellcheck: "false", maxlength: 200 });
  const find = h("form", { class: "find", role: "search" }, icon("search"), box, h("kbd", { "aria-hidden": "true" }, "/"));
  find.addEventListener("submit", (event) => {
    event.preventDefault();
    const q = box.value.trim();
    if (q) location.hash = `#/search?q=${encodeURIComponent(q)}`;
    box.select();
  });
  menu = h(
    "nav",
    { id: "menu", "aria-label": "Sections" },
    h("a", { class: "brand", href: `#/${mine()[0].name}` }, "storeproc", h("span", {}, "Console")),
    h("div", { class: "sections" }, mine().map((s) => h("a", { href: `#/${s.name}`, "data-section": s.name }, icon(s.shape ?? s.name), s.label))),
    h("div", { class: "who" }, h("a", { href: "#/account", title: session.account.email === null ? "Your log-ins" : `${session.account.email}: your log-ins` }, h("b", {}, session.account.display_name ?? session.account.handle ?? session.account.email ?? "You"), h("small", {}, words(session.account.role))), h("button", { type: "button", class: "plain", "aria-label": "Log out", title: "Log out", onclick: logOut }, icon("leave"))),
  );
  const toggle = h("button", { type: "button", class: "plain toggle", "aria-label": "Sections", "aria-controls": "menu", "aria-expanded": "false" }, icon("menu"));
  toggle.addEventListener("click", () => open(!document.body.classList.contains("open")));
  const open = (yes) => {
    document.body.classList.toggle("open", yes);
    toggle.setAttribute("aria-expanded", String(yes));
  };
  menu.addEventListener("click", (event) => event.target.closest("a") && open(false));
  const shade = h("div", { class: "shade", onclick: () => open(false) });
  const skip = h("a", { class: "skip", href: "#main" }, "To the content");
  skip.addEventListener("click", (event) => {
    event.preventDefault();
    (main.querySelector("h1") ?? main).focus();
  });
  replace(document.body, skip, menu, shade, h("header", { class: "top" }, toggle, find), main, messages);
}

document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !event.target.closest("input, textarea, select, dialog") && !event.ctrlKey && !event.metaKey) {
    document.querySelector(".find input")?.focus();
    event.preventDefault();
  }
});

let shown = "";

function route() {
  if (!session.account) return;
  const { path, query } = where();
  const [name, ...rest] = path;
  const sections = mine();
  let content;
  if (name === "search" && query.q) content = showSearch(rest, query);
  else if (name === "account") content = showAccount();
  else {
    const section = sections.find((s) => s.name === name);
    if (!section) return void location.replace(`#/${sections[0].name}`);
    content = section.show(rest, query);
  }
  for (const link of menu.querySelectorAll("[data-section]")) {
    if (link.dataset.section === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const label = sections.find((s) => s.name === name)?.label ?? (name === "account" ? "Your log-ins" : "Search");
  document.title = `${label} · storeproc`;
  replace(main, content);
  // A new page starts at its top and moves the focus to its heading, for screen readers; a new filter does neither.
  if (shown !== path.join("/")) {
    scrollTo(0, 0);
    if (shown) main.querySelector("h1")?.focus({ preventScroll: true });
  }
  shown = path.join("/");
}

addEventListener("hashchange", route);

// --- log-in and log-out -----------------------------------------------------------------------------

function logIn(note = "") {
  session.account = null;
  document.title = "Log in · storeproc";
  document.querySelectorAll("dialog").forEach((d) => d.close());
  const trouble = h("div", {}, note && h("p", { class: "note" }, note));
  const enter = h("button", { type: "submit", class: "primary" }, "Log in");
  const second = h("div");
  const form = h(
    "form",
    { class: "login" },
    h("h1", {}, "storeproc", h("span", {}, "Console")),
    h("p", { class: "soft" }, "For customer service and administration."),
    trouble,
    field("E-mail", h("input", { name: "email", type: "email", required: true, autocomplete: "username" })),
    field("Password", h("input", { name: "password", type: "password", required: true, autocomplete: "current-password" })),
    second,
    enter,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    enter.disabled = true;
    replace(trouble);
    try {
      const given = new FormData(form);
      const answer = await send("POST", "/sessions", { body: { email: given.get("email"), password: given.get("password"), code: given.get("code"), cookies: true } });
      await begin(answer.account);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.code === "second_factor_required") return void enrol();
      if (problem.code === "code_required") replace(second, codeField("Of your authenticator app, or a recovery code."));
      else replace(trouble, complaint(problem));
      second.querySelector("input")?.select();
    } finally {
      enter.disabled = false;
    }
  });
  replace(document.body, h("main", { class: "outside" }, form), messages);
  form.querySelector("input").focus();
}

async function begin(account) {
  if (!["support", "admin"].includes(account.role)) {
    await send("DELETE", "/sessions/current").catch(() => null);
    throw mistake("This account may not use the console. Log in with an account of customer service or administration.");
  }
  session.account = account;
  localStorage.setItem("inside", "yes");
  await offered.read();
  await readProviders();
  frame();
  shown = "";
  route();
}

function enrol() {
  localStorage.setItem("inside", "yes");
  replace(document.body, h("main", { class: "outside" }, enrolment(() => call("GET", "/account").then(begin), logOut)), messages);
}

session.ended = () => {
  if (!session.account) return;
  localStorage.removeItem("inside");
  logIn("Your session has ended. Log in again, and you are back where you were.");
};

async function logOut() {
  await send("DELETE", "/sessions/current").catch(() => null);
  localStorage.removeItem("inside");
  location.hash = "";
  logIn();
}

// Without an earlier log-in the request would only be refused.
if (localStorage.getItem("inside")) {
  replace(document.body, h("main", { class: "outside" }, loading(3)), messages);
  call("GET", "/account")
    .then(begin)
    .catch((problem) => {
      if (problem.code === "second_factor_required") enrol();
      else if (problem.status && problem.status < 500) {
        localStorage.removeItem("inside");
        logIn();
      } else replace(document.body, h("main", { class: "outside" }, complaint(problem, () => location.reload())));
    });
} else logIn();
