// Example values: those of the document, or made from names and types. Ids of earlier answers take the place of invented ones.

import { shapeOf, propertiesOf, refName } from "./document.js";

const ID = "01990f5e-7c3a-7d21-9b5e-3f0c8a6d1e42";
const BY_NAME = { currency: "USD", email: "alice@example.com", country: "BD", city: "Dhaka", name: "Brass lamp", sku: "LAMP-1", limit: 20 };
const BY_FORMAT = { uuid: ID, "date-time": "2026-03-01T10:15:00Z", date: "2026-03-01", uri: "https://shop.example/" };

/** The value of a field of an answer, for those who want to see what it looks like. */
export function exampleValue(schema, name = "", depth = 0) {
  const { schema: found, type } = shapeOf(schema);
  const given = schema?.examples?.[0] ?? schema?.example ?? found.examples?.[0] ?? found.example ?? found.const;
  if (given !== undefined) return given;
  if (found.enum) return found.enum[0];
  if (found.properties || found.allOf) {
    if (depth > 4) return {};
    return Object.fromEntries(Object.entries(propertiesOf(found)).map(([field, part]) => [field, exampleValue(part, field, depth + 1)]));
  }
  if (type === "array") return depth > 4 ? [] : [exampleValue(found.items, name, depth + 1)];
  if (name === "next_cursor") return null;
  if (type === "integer" || type === "number") return BY_NAME[name] ?? (/quantity|version|count/.test(name) ? 1 : /price|total|amount|balance/.test(name) ? 1999 : found.minimum > 0 ? found.minimum : 0);
  if (type === "boolean") return true;
  if (type === "string") return BY_FORMAT[found.format] ?? BY_NAME[name] ?? BY_NAME[name.split("_").pop()] ?? "text";
  return type === "" || type === "object" ? {} : null;
}

/** Ids of this page's answers, by the name of the parameter that takes them: `order_id`, `product_id`. */
const seen = new Map();

export function remember(schema, data) {
  const { name } = shapeOf(schema);
  if (data && typeof data === "object" && !Array.isArray(data) && typeof data.id === "string" && name) seen.set(`${name}_id`, data.id);
  for (const [field, part] of Object.entries(propertiesOf(schema))) {
    const value = data?.[field];
    const first = Array.isArray(value) ? value[0] : value;
    const inner = shapeOf(part).schema.items ?? part;
    if (first && typeof first === "object" && (refName(inner) || shapeOf(inner).name)) remember(inner, first);
  }
}

export const known = (name) => seen.get(name);

/** The same value, with ids that exist. */
export function withKnownIds(value, name = "") {
  if (Array.isArray(value)) return value.map((each) => withKnownIds(each, name));
  if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([field, part]) => [field, withKnownIds(part, field)]));
  return typeof value === "string" && seen.has(name) ? seen.get(name) : value;
}
