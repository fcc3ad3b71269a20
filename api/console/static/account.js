// The log-in of the person at the console: confirming that it is still them, and where else they are logged in.

import { ago } from "./format.js";
import { h } from "./elements.js";
import { codeField, secondFactor } from "./second_factor.js";
import { call, session } from "./server.js";
import { actions, ask, button, chip, field, heading, list, panel, say } from "./widgets.js";

let asking = null;

const ASKED = {
  password: {
    text: "This moves money or changes rights, and you logged in a while ago. Enter your password to go on.",
    field: () => field("Password", h("input", { name: "password", type: "password", required: true, autocomplete: "current-password" })),
  },
  code: {
    text: "This changes your second factor. Enter a code of your authenticator app, or a recovery code.",
    field: codeField,
  },
};

/** Asks for the password or a code, once for all requests that wait for it. Whether it was given. */
session.confirm = (kind) => {
  asking ??= ask({
    title: "Is it still you?",
    text: ASKED[kind].text,
    fields: ASKED[kind].field(),
    button: "Go on",
    act: async (values) => {
      await call("POST", "/sessions/current/confirm", { body: { [kind]: values[kind] } });
      return true;
    },
  }).finally(() => (asking = null));
  return asking;
};

export function showAccount() {
  const place = h("div");
  const again = () => place.replaceChildren(sessions(again));
  again();
  return [
    heading("Your log-ins"),
    secondFactor(),
    panel(
      "Where you are logged in",
      place,
      actions(
        button("End all others", () =>
          ask({
            title: "End all your other sessions?",
            text: "This one stays.",
            button: "End them",
            danger: true,
            act: async () => (await call("DELETE", "/account/sessions"), again(), true),
            done: "Your other sessions have ended.",
          }), "danger quiet"),
      ),
    ),
  ];
}

const sessions = (again) =>
  list("/account/sessions", {}, [
    { label: "Device", cell: (s) => [s.user_agent ?? "Unknown", " ", s.current && chip("this one")] },
    { label: "Address", cell: (s) => h("span", { class: "whole" }, s.ip_address ?? "–") },
    { label: "Logged in", cell: (s) => h("span", { class: "whole" }, ago(s.created_at)) },
    { label: "Used", cell: (s) => h("span", { class: "whole" }, ago(s.last_used_at)) },
    {
      label: "",
      kind: "action",
      cell: (s) =>
        s.current
          ? ""
          : button("End", async () => {
              await call("DELETE", `/account/sessions/${s.id}`);
              say("The session has ended.");
              again();
            }),
    },
  ]);
