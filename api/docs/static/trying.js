// The form below an operation: what is sent, as a program, and what came back.

import { codeBlock, h, replace } from "./elements.js";
import { store } from "./document.js";
import { SAMPLES } from "./samples.js";
import { currentToken, loggedIn, onSession, openLogIn } from "./session.js";
import { exampleValue, known, remember, withKnownIds } from "./values.js";

let language = "curl";

/** The part of an operation's page that sends it. */
export function tryPart(operation) {
  const state = { values: {}, body: null };
  const samples = h("div", { class: "sample" });
  const answer = h("div", { class: "answer", "aria-live": "polite" });
  const draw = () => replace(samples, codeBlock(`Request with ${language}`, SAMPLES[language](requestOf(operation, state))));
  const tabs = h("div", { class: "tabs", role: "group", "aria-label": "Language" });
  const drawTabs = () =>
    replace(
      tabs,
      Object.keys(SAMPLES).map((name) => h("button", { type: "button", "aria-pressed": String(name === language), onclick: () => ((language = name), drawTabs(), draw()) }, name)),
    );
  const form = requestForm(operation, state, draw, answer);
  drawTabs();
  draw();
  return [h("section", { "aria-labelledby": "try-title" }, h("h2", { id: "try-title" }, "Request"), tabs, samples, form, answer)];
}

function requestForm(operation, state, draw, answer) {
  const rows = operation.parameters.map((parameter) => {
    const id = `parameter-${parameter.name}`;
    const given = parameter.required ? known(parameter.name) ?? parameter.example ?? exampleValue(parameter.schema, parameter.name) : "";
    state.values[parameter.name] = String(given ?? "");
    const values = parameter.schema?.enum?.filter((value) => value !== null);
    const change = (event) => ((state.values[parameter.name] = event.target.value), draw());
    const control = values
      ? h("select", { id, onchange: change }, !parameter.required && h("option", { value: "" }, "—"), values.map((value) => h("option", { value: String(value) }, String(value))))
      : h("input", { id, oninput: change, required: parameter.required, spellcheck: "false", autocomplete: "off" });
    control.value = state.values[parameter.name];
    return h("p", { class: "field" }, h("label", { for: id }, h("code", null, parameter.name), parameter.required ? " (required)" : ""), control);
  });
  if (operation.body) {
    const example = operation.body.example ?? (operation.body.type === "application/json" ? {} : "");
    state.body = typeof example === "string" ? example : JSON.stringify(withKnownIds(example), null, 2);
    const lines = Math.min(Math.max(state.body.split("\n").length, 3), 24);
    const area = h("textarea", { id: "body", rows: lines, spellcheck: "false", oninput: () => ((state.body = area.value), draw()) });
    area.value = state.body;
    rows.push(h("p", { class: "field" }, h("label", { for: "body" }, "Body ", h("span", { class: "type" }, operation.body.type)), area));
  }
  const note = h("p", { class: "soft" });
  const remind = () => replace(note, !operation.open && !loggedIn() && ["Needs a log-in: ", h("button", { type: "button", class: "link", onclick: openLogIn }, "log in"), "."]);
  onSession(() => note.isConnected && remind());
  remind();
  const send = h("button", { class: "primary" }, "Send");
  const submit = async (event) => {
    event.preventDefault();
    send.disabled = true;
    try {
      await sendRequest(operation, requestOf(operation, state), answer);
    } finally {
      send.disabled = false;
    }
  };
  const optional = operation.parameters.map((parameter, index) => (parameter.required ? null : rows[index])).filter(Boolean);
  const needed = rows.filter((row) => !optional.includes(row));
  return h(
    "form",
    { class: "try", onsubmit: submit, "aria-label": "Try it" },
    needed,
    optional.length > 0 && h("details", null, h("summary", null, `Optional parameters (${optional.length})`), optional),
    h("p", { class: "actions" }, send, note),
  );
}

function requestOf(operation, { values, body }) {
  let path = operation.path;
  const query = new URLSearchParams();
  const headers = {};
  for (const { name, in: place, explode } of operation.parameters) {
    const value = values[name];
    if (value && explode) {
      // Written as in an address: option.size=M&attribute.colour=red
      for (const [each, text] of new URLSearchParams(value)) query.set(each, text);
      continue;
    }
    if (place === "path") path = path.replace(`{${name}}`, encodeURIComponent(value || `{${name}}`));
    else if (value && place === "query") query.set(name, value);
    else if (value && place === "header") headers[name] = value;
  }
  if (body !== null) headers["Content-Type"] = operation.body.type;
  const json = operation.body?.type === "application/json";
  return { method: operation.method, url: `${location.origin}${path}${query.size ? `?${query}` : ""}`, headers, body, json, token: !operation.open };
}

async function sendRequest(operation, { method, url, headers, body }, place) {
  const stop = new AbortController();
  const button = h("button", { type: "button", onclick: () => stop.abort() }, "Stop");
  replace(place, h("p", { class: "soft" }, "Waiting for the answer … ", button));
  const began = performance.now();
  try {
    const token = await currentToken();
    const sent = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
    const answer = await fetch(url, { method, headers: sent, body, credentials: "omit", signal: stop.signal });
    const shown = showAnswer(answer, Math.round(performance.now() - began), place);
    const type = answer.headers.get("Content-Type") ?? "";
    if (type.startsWith("text/event-stream")) return await follow(answer, shown, button);
    if (/^application\/(pdf|zip|octet-stream)/.test(type)) return offer(await answer.blob(), shown);
    const text = await answer.text();
    const data = readJson(text);
    replace(shown, data === undefined ? text && codeBlock("Body of the answer", text) : codeBlock("Body of the answer", JSON.stringify(data, null, 2), { json: true }));
    if (answer.ok && data) remember(Object.values(operation.success?.content ?? {})[0]?.schema, data);
    if (data?.code) replace(shown, advice(data.code), ...shown.childNodes);
  } catch (error) {
    replace(place, h("p", { class: "complaint", role: "alert" }, stop.signal.aborted ? "Stopped." : `The request could not be sent: ${error.message}`));
  }
}

function showAnswer(answer, milliseconds, place) {
  const body = h("div");
  const lines = [...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n");
  replace(
    place,
    h("h3", null, "Answer ", h("span", { class: answer.ok ? "status good" : "status bad" }, `${answer.status} ${answer.statusText}`.trim()), h("span", { class: "type" }, ` ${milliseconds} ms`)),
    body,
    h("details", null, h("summary", null, "Headers"), codeBlock("Headers of the answer", lines)),
  );
  return body;
}

function advice(code) {
  const sentences = {
    confirmation_required: ["This needs a session that was confirmed in the last minutes: send ", h("a", { href: "#confirm_session" }, "confirm_session"), " first."],
  };
  return h("p", null, h("a", { href: `/docs/errors#${code}` }, code), " ", sentences[code] ?? store.codes.get(code)?.sentence ?? "");
}

async function follow(answer, shown, button) {
  const text = h("code");
  replace(shown, h("p", null, button), h("pre", { tabindex: 0, role: "region", "aria-label": "Events" }, text));
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(() => ({ done: true }));
    if (done) return replace(button, "Stopped");
    text.append(value);
  }
}

function offer(blob, shown) {
  const name = blob.type === "application/pdf" ? "answer.pdf" : "answer";
  replace(shown, h("p", null, h("a", { href: URL.createObjectURL(blob), download: name }, `Save the file (${blob.size} bytes)`)));
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
