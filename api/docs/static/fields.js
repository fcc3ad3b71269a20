// Lists of fields: parameters, the body, the answer. What a field consists of opens below it.

import { h, inline } from "./elements.js";
import { limitsOf, propertiesOf, shapeOf, typeText } from "./document.js";

export function fieldList(schema, { request = false } = {}) {
  const { schema: found } = shapeOf(schema);
  const inner = found.items ? shapeOf(found.items).schema : found;
  const required = new Set(inner.required ?? []);
  const rows = Object.entries(propertiesOf(inner)).map(([name, part]) => fieldRow(name, part, { request, required: request && required.has(name) }));
  return rows.length ? h("ul", { class: "fields" }, rows) : h("p", { class: "soft" }, typeText(schema));
}

export function fieldRow(name, schema, { required = false, request = false, description = "", place = "" } = {}) {
  const { schema: found, description: own, nullable } = shapeOf(schema);
  const elements = found.items ? shapeOf(found.items) : null;
  const values = (found.enum ?? elements?.schema.enum ?? []).filter((value) => value !== null);
  const inner = Object.keys(propertiesOf(elements ? elements.schema : found)).length > 0;
  const text = description || schema.description || own;
  return h(
    "li",
    null,
    h(
      "div",
      { class: "field-head" },
      h("code", { class: "field-name" }, name),
      h("span", { class: "type" }, typeText(schema)),
      place && h("span", { class: "type" }, place),
      required && h("span", { class: "mark" }, "required"),
      !request && nullable && h("span", { class: "type" }, "or null"),
      request && limitsOf(schema) && h("span", { class: "type" }, limitsOf(schema)),
    ),
    text && h("p", null, inline(text)),
    values.length > 0 && h("p", { class: "values" }, values.map((value) => [h("code", null, String(value)), " "])),
    inner && nested(schema, request),
  );
}

/** The fields of a part are made when it is opened: types can contain themselves. */
function nested(schema, request) {
  const details = h("details", null, h("summary", null, `Fields of ${typeText(shapeOf(schema).schema.items ?? schema)}`));
  details.addEventListener("toggle", () => details.open && details.children.length === 1 && details.append(fieldList(schema, { request })));
  return details;
}
