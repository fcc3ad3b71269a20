// The second factor of the person at the console: setting it up, recovery codes, turning it off.

import { h, icon, svg } from "./elements.js";
import { moment } from "./format.js";
import { generate } from "./lean-qr.js";
import { call, get, post, Problem } from "./server.js";
import { actions, ask, button, chip, complaint, copier, facts, field, later, panel } from "./widgets.js";

const PATH = "/account/second-factor";

export const codeField = (hint = "") =>
  field("Code", h("input", { name: "code", required: true, autocomplete: "one-time-code", spellcheck: "false", maxlength: 40 }), hint);

/** A QR code with the margin of four modules that scanners need. */
function qr(text) {
  const code = generate(text);
  let path = "";
  for (let y = 0; y < code.size; y++) for (let x = 0; x < code.size; x++) if (code.get(x, y)) path += `M${x} ${y}h1v1h-1z`;
  return svg("svg", { viewBox: `-4 -4 ${code.size + 8} ${code.size + 8}`, class: "qr", role: "img", "aria-label": "QR code" }, svg("path", { d: path }));
}

/** Sets a second factor up, in two dialogs. Whether it was turned on. */
export async function setUp() {
  const begun = await post(PATH);
  const confirmed = await ask({
    title: "Set up a second factor",
    text: "Scan this with an authenticator app, or type the secret into it. Then enter the code that the app shows.",
    fields: [
      qr(begun.uri),
      h("p", { class: "secret" }, h("code", {}, begun.secret.replace(/(.{4})(?=.)/g, "$1 ")), copier(begun.secret, "Copy the secret")),
      codeField(),
    ],
    button: "Turn on",
    act: (values) => post(`${PATH}/confirm`, { code: values.code }),
    done: "Your second factor is on.",
  });
  if (confirmed) await showCodes(confirmed.recovery_codes);
  return Boolean(confirmed);
}

const showCodes = (codes) =>
  ask({
    title: "Your recovery codes",
    text: "Each of them replaces a code of the app, once. Keep them where you find them without your device: they are not shown again.",
    fields: [h("ul", { class: "codes" }, codes.map((code) => h("li", {}, h("code", {}, code)))), h("p", { class: "secret" }, "Copy all", copier(codes.join("\n"), "Copy the recovery codes"))],
    button: "I have kept them",
    act: async () => true,
  });

/** Runs what a button does, and shows its problem below the buttons. */
function trying(trouble, act) {
  return async () => {
    trouble.replaceChildren();
    try {
      await act();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      trouble.replaceChildren(complaint(problem));
    }
  };
}

export function secondFactor() {
  const place = later(
    () => get(PATH),
    (factor, again) => (factor.enabled ? active(factor, again) : missing(again)),
    2,
  );
  return panel("Second factor", place);
}

function missing(again) {
  const trouble = h("div");
  const start = trying(trouble, async () => (await setUp()) && again(true));
  return [h("p", { class: "soft" }, "A log-in needs your password only. With an authenticator app, a stolen password is not enough."), actions(button("Set up", start, "primary")), trouble];
}

function active(factor, again) {
  const trouble = h("div");
  const renew = trying(trouble, async () => {
    const made = await post(`${PATH}/recovery-codes`);
    await showCodes(made.recovery_codes);
    await again(true);
  });
  const off = () =>
    ask({
      title: "Turn the second factor off?",
      text: "A log-in then needs your password only.",
      button: "Turn off",
      danger: true,
      act: async () => (await call("DELETE", PATH), again(true), true),
      done: "Your second factor is off.",
    });
  return [
    facts(["Log-ins ask for a code", [chip("active"), " since ", moment(factor.enabled_at)]], ["Recovery codes left", String(factor.recovery_codes_left)]),
    actions(button("New recovery codes", renew), button("Turn off", off, "danger quiet")),
    trouble,
  ];
}

/** What staff see who have to set one up before anything else. `done`: go on; `leave`: log out. */
export function enrolment(done, leave) {
  const trouble = h("div");
  const start = trying(trouble, async () => (await setUp()) && done());
  return h(
    "section",
    { class: "login" },
    h("h1", {}, "storeproc", h("span", {}, "Console")),
    h("p", {}, "This shop requires a second factor of its staff. Set one up with an authenticator app on your phone, then go on."),
    trouble,
    button("Set up", start, "primary"),
    h("button", { type: "button", onclick: leave }, icon("leave"), " Log out"),
  );
}
