// The page of one operation.

import { codeBlock, h, inline, prose } from "./elements.js";
import { exampleOf, groupTitle } from "./document.js";
import { fieldList, fieldRow } from "./fields.js";
import { tryPart } from "./trying.js";

export function operationPage(operation) {
  return [
    h("p", { class: "crumb" }, h("a", { href: `#${operation.group}` }, groupTitle(operation.group))),
    h("h1", { tabindex: -1 }, operation.summary),
    h("p", { class: "address" }, method(operation), " ", h("code", null, breakable(operation.path))),
    operation.description && prose(operation.description),
    h("p", { class: "soft" }, "Operation ", h("code", null, operation.id)),
    h(
      "div",
      { class: "columns" },
      h("div", { class: "aside" }, tryPart(operation), exampleAnswer(operation)),
      h("div", null, parameters(operation), body(operation), answer(operation), errors(operation)),
    ),
  ];
}

export const method = ({ method: name }) => h("span", { class: `method ${name.toLowerCase()}` }, name);

/** A path may be broken before each of its slashes. */
function breakable(path) {
  return path.split(/(?=\/)/).flatMap((part) => [part, h("wbr")]);
}

function part(id, title, ...content) {
  return h("section", { "aria-labelledby": id }, h("h2", { id }, title), content);
}

function parameters({ parameters: all }) {
  if (!all.length) return null;
  const rows = all.map((parameter) => fieldRow(parameter.name, parameter.schema ?? {}, { required: parameter.required, request: true, description: parameter.description, place: parameter.in }));
  return part("parameters", "Parameters", h("ul", { class: "fields" }, rows));
}

function body({ body: sent }) {
  if (!sent) return null;
  return part("request-body", "Body", h("p", { class: "soft" }, sent.type, sent.required ? "" : ", optional"), fieldList(sent.schema, { request: true }));
}

function answer({ success }) {
  if (!success) return null;
  const media = Object.entries(success.content ?? {});
  const types = media.map(([type]) => type).filter((type) => type !== "application/json");
  const schema = media[0]?.[1].schema;
  return part(
    "answer",
    "Answer",
    h("p", null, h("span", { class: "status good" }, success.status), " ", success.description, types.length > 0 && h("span", { class: "type" }, ` ${types.join(", ")}`)),
    schema && fieldList(schema),
    Object.keys(success.headers ?? {}).length > 0 && h("p", { class: "soft" }, "Headers: ", Object.keys(success.headers).join(", ")),
  );
}

function exampleAnswer({ success }) {
  const [type, media] = Object.entries(success?.content ?? {})[0] ?? [];
  if (type !== "application/json") return null;
  const example = exampleOf(media);
  return part("example-answer", "Example answer", codeBlock("Example answer", JSON.stringify(example, null, 2), { json: true }));
}

function errors({ errors: all }) {
  if (!all.length) return null;
  const rows = all.map(({ status, description, codes }) =>
    h(
      "li",
      null,
      h("p", null, h("span", { class: "status bad" }, status === "default" ? "other" : status), " ", codes.size === 0 && inline(description)),
      codes.size > 0 && h("ul", { class: "codes" }, [...codes].map(([code, sentence]) => h("li", null, h("a", { href: `/docs/errors#${code}` }, h("code", null, code)), " ", inline(sentence)))),
    ),
  );
  return part("errors", "Errors", h("ul", { class: "errors" }, rows), h("p", { class: "soft" }, h("a", { href: "/docs/errors" }, "What each code means")));
}
