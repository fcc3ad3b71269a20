// Who is logged in. Tokens are kept in this page's memory only, and the password nowhere: a reload forgets both.

import { h, replace } from "./elements.js";
import { store } from "./document.js";

const session = { token: null, refresh: null, until: 0, name: "" };
const listeners = new Set();
export const onSession = (listener) => listeners.add(listener);
export const loggedIn = () => session.token !== null;

/** The access token, renewed when it is about to expire; null without a log-in. */
export async function currentToken() {
  if (session.refresh && Date.now() > session.until - 5000) {
    const { ok, data } = await post("/v1/sessions/refresh", { refresh_token: session.refresh });
    if (ok) keep(data, session.name);
    else forget();
  }
  return session.token;
}

/** Requests never carry cookies: the console, which is open in another tab, has a session of its own. */
async function post(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), credentials: "omit" });
  return { ok: answer.ok, data: await answer.json().catch(() => ({})) };
}

function keep(data, name) {
  Object.assign(session, { token: data.access_token, refresh: data.refresh_token ?? null, until: Date.now() + (data.expires_in ?? 900) * 1000, name });
  for (const listener of listeners) listener();
}

function forget() {
  keep({ access_token: null, expires_in: 0 }, "");
}

async function logOut() {
  const token = await currentToken();
  forget();
  if (token) await fetch("/v1/sessions/current", { method: "DELETE", headers: { Authorization: `Bearer ${token}` }, credentials: "omit" }).catch(() => null);
}

/** The button in the page's head. */
export function sessionButton() {
  const place = h("div", { class: "session" });
  const draw = () =>
    replace(
      place,
      loggedIn() && h("span", { class: "who" }, session.name),
      loggedIn() ? h("button", { type: "button", onclick: logOut }, "Log out") : h("button", { type: "button", class: "primary", onclick: openLogIn }, "Log in"),
    );
  onSession(draw);
  draw();
  return place;
}

export function openLogIn() {
  const field = (id, label, attributes) => h("p", { class: "field", id: `${id}-field` }, h("label", { for: id }, label), h("input", { id, ...attributes }));
  const email = field("log-in-email", "E-mail", { type: "email", autocomplete: "username", required: true });
  const password = field("log-in-password", "Password", { type: "password", autocomplete: "current-password", required: true });
  const code = field("log-in-code", "Code of your second factor", { inputmode: "numeric", autocomplete: "one-time-code" });
  code.hidden = true;
  const complaint = h("p", { class: "complaint", role: "alert" });
  const key = field("log-in-key", "API key or access token", { type: "password", required: true, autocomplete: "off", spellcheck: "false" });
  const input = (part) => part.querySelector("input");
  const useKey = (event) => {
    event.preventDefault();
    keep({ access_token: input(key).value.trim(), expires_in: 1e9 }, "API key");
    dialog.close();
  };
  const guest = async () => {
    const { ok, data } = await post("/v1/guests", {});
    if (!ok) return replace(complaint, data.detail ?? "That did not work.");
    keep(data, "Guest");
    dialog.close();
  };
  const submit = async (event) => {
    event.preventDefault();
    replace(complaint);
    const body = { email: input(email).value, password: input(password).value };
    if (!code.hidden) body.code = input(code).value;
    const { ok, data } = await post("/v1/sessions", body).catch(() => ({ ok: false, data: { detail: "The shop cannot be reached." } }));
    if (ok) {
      keep(data, data.account?.email ?? body.email);
      return dialog.close();
    }
    if (data.code === "code_required" && code.hidden) {
      code.hidden = false;
      return input(code).focus();
    }
    replace(complaint, data.detail ?? "That did not work.");
  };
  const dialog = h(
    "dialog",
    { "aria-labelledby": "log-in-title", onclose: () => dialog.remove() },
    h("h2", { id: "log-in-title" }, "Log in"),
    h("p", { class: "soft" }, "Requests that you try on this page are then sent as this account. The token stays in this page’s memory until you leave it."),
    h("form", { onsubmit: submit }, email, password, code, complaint, h("p", { class: "actions" }, h("button", { class: "primary" }, "Log in"), h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"))),
    h("details", null, h("summary", null, "Other ways"), h("form", { onsubmit: useKey }, key, h("p", { class: "actions" }, h("button", null, "Use this key"), store.document.paths["/v1/guests"] && h("button", { type: "button", onclick: guest }, "Continue as a guest")))),
  );
  document.body.append(dialog);
  dialog.showModal();
}
