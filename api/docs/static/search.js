// Finds operations by name, path and description, by the fields that they take and answer, and by their error codes.

import { h } from "./elements.js";
import { fieldNames, store } from "./document.js";
import { method } from "./operation.js";

const MOST = 50;
let index = null;

function build() {
  return store.operations.map((operation) => {
    const sent = fieldNames(operation.body?.schema);
    for (const parameter of operation.parameters) sent.set(parameter.name, parameter.description ?? "");
    const answered = fieldNames(Object.values(operation.success?.content ?? {})[0]?.schema);
    const title = [operation.id, operation.id.replaceAll("_", " "), operation.summary, operation.method, operation.path, `${operation.method} ${operation.path}`].join("\n").toLowerCase();
    return { operation, title, text: operation.description.toLowerCase(), sent, answered, codes: operation.errors.flatMap((error) => [...error.codes.keys()]) };
  });
}

/** How well an operation fits each of the words, and why; null if one of them is nowhere in it. */
function judge(entry, words) {
  let rank = 0;
  const why = new Set();
  for (const word of words) {
    const field = (fields) => [...fields.keys()].find((name) => name === word) ?? [...fields.keys()].find((name) => name.includes(word));
    const code = entry.codes.find((each) => each.includes(word));
    if (entry.title.includes(word)) rank += entry.operation.summary.toLowerCase().includes(word) ? 0 : 1;
    else if (field(entry.sent)) rank += field(entry.sent) === word ? 2 : 4, why.add(`takes ${field(entry.sent)}`);
    else if (field(entry.answered)) rank += field(entry.answered) === word ? 3 : 5, why.add(`answers ${field(entry.answered)}`);
    else if (code) rank += 4, why.add(`error ${code}`);
    else if (entry.text.includes(word)) rank += 6;
    else return null;
  }
  return { entry, rank, why: [...why] };
}

export function find(query) {
  index ??= build();
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = index.map((entry) => judge(entry, words)).filter(Boolean);
  found.sort((a, b) => a.rank - b.rank);
  const codes = [...store.codes].filter(([code, { sentence }]) => words.every((word) => code.includes(word) || sentence.toLowerCase().includes(word)));
  return { found, codes };
}

export function searchPage(query) {
  const { found, codes } = find(query);
  const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
  return [
    h("h1", { tabindex: -1 }, `Results for “${query}”`),
    h("p", { class: "soft", role: "status" }, `${plural(found.length, "operation")}, ${plural(codes.length, "error code")}${found.length > MOST ? `; the first ${MOST} are shown` : ""}`),
    h(
      "ul",
      { class: "results" },
      found.slice(0, MOST).map(({ entry: { operation }, why }) =>
        h("li", null, h("a", { href: `#${operation.id}` }, operation.summary), h("p", { class: "address" }, method(operation), " ", h("code", null, operation.path)), why.length > 0 && h("p", { class: "soft" }, why.join(", "))),
      ),
    ),
    codes.length > 0 && h("h2", null, "Error codes"),
    codes.length > 0 &&
      h(
        "ul",
        { class: "results" },
        codes.slice(0, MOST).map(([code, { sentence, status, operations }]) =>
          h("li", null, h("a", { href: `/docs/errors#${code}` }, h("code", null, code)), h("p", null, h("span", { class: "status bad" }, status), " ", sentence), h("p", { class: "soft" }, "Given by ", listed(operations))),
        ),
      ),
  ];
}

function listed(operations) {
  const shown = operations.slice(0, 6).flatMap((operation, at) => [at ? ", " : "", h("a", { href: `#${operation.id}` }, operation.id)]);
  return [...shown, operations.length > 6 ? ` and ${operations.length - 6} more` : ""];
}
