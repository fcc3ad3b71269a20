// Ids of earlier answers take the place of those that examples invent.

import { shapeOf, propertiesOf, refName } from "./document.js";

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
