// The OpenAPI document of this server: its operations, what their fields are, and which errors they give.

const METHODS = ["get", "post", "put", "patch", "delete"];
export const store = { document: null, operations: [], byId: new Map(), groups: new Map(), codes: new Map() };

export async function readDocument() {
  const answer = await fetch("/openapi.json", { credentials: "omit" });
  if (!answer.ok) throw new Error(`The OpenAPI document cannot be read (${answer.status}).`);
  store.document = await answer.json();
  for (const [path, methods] of Object.entries(store.document.paths)) {
    for (const method of METHODS.filter((each) => methods[each])) add(method, path, methods[method]);
  }
}

function add(method, path, described) {
  const [type, body] = Object.entries(described.requestBody?.content ?? {})[0] ?? [];
  const operation = {
    id: described.operationId,
    method: method.toUpperCase(),
    path,
    group: described.tags?.[0] ?? "other",
    summary: described.summary ?? described.operationId,
    description: described.description ?? "",
    open: described.security?.length === 0,
    parameters: (described.parameters ?? []).map((parameter) => resolve(parameter)),
    body: body && { type, schema: body.schema, example: exampleOf(body), required: described.requestBody.required ?? false },
    answers: Object.entries(described.responses ?? {}).map(([status, response]) => ({ status, ...resolve(response) })),
  };
  operation.errors = operation.answers.filter((answer) => !/^[23]/.test(answer.status)).map(readErrors);
  operation.success = operation.answers.find((answer) => /^[23]/.test(answer.status));
  store.operations.push(operation);
  store.byId.set(operation.id, operation);
  if (!store.groups.has(operation.group)) store.groups.set(operation.group, []);
  store.groups.get(operation.group).push(operation);
  for (const error of operation.errors) {
    for (const [code, sentence] of error.codes) {
      if (!store.codes.has(code)) store.codes.set(code, { sentence, status: error.status, operations: [] });
      store.codes.get(code).operations.push(operation);
    }
  }
}

/** What a `$ref` names, or the thing itself. */
export function resolve(thing) {
  for (let depth = 0; thing?.$ref && depth < 10; depth++) {
    thing = thing.$ref.slice(2).split("/").reduce((at, part) => at?.[decodeURIComponent(part)], store.document);
  }
  return thing ?? {};
}

/** A group's name for people: `password-resets` is "Password resets". */
export const groupTitle = (group) => (group[0].toUpperCase() + group.slice(1).replaceAll(/[-_]/g, " ")).replace("Api ", "API ");

export const refName = (schema) => schema?.$ref?.split("/").pop() ?? "";

/** What the document shows as a request or an answer. */
export function exampleOf(media) {
  if (media.example !== undefined) return media.example;
  const first = Object.values(media.examples ?? {})[0];
  return first && resolve(first).value;
}

/** The error codes of a response with their sentences: examples by code, `x-codes`, or the values that `code` can have. */
function readErrors(answer) {
  const media = Object.values(answer.content ?? {})[0] ?? {};
  const codes = new Map();
  for (const [code, example] of Object.entries(media.examples ?? {})) {
    const { summary, description, value } = resolve(example);
    codes.set(value?.code ?? code, description ?? value?.detail ?? summary ?? "");
  }
  const listed = answer["x-codes"] ?? {};
  for (const [code, sentence] of Array.isArray(listed) ? listed.map((code) => [code, ""]) : Object.entries(listed)) {
    if (!codes.get(code)) codes.set(code, typeof sentence === "string" ? sentence : sentence?.sentence ?? sentence?.description ?? "");
  }
  for (const code of propertiesOf(media.schema).code?.enum ?? []) if (!codes.has(code)) codes.set(code, "");
  return { status: answer.status, description: answer.description ?? "", codes };
}

/** A schema without its references and alternatives: what kind of value it is, and whether it may be null. */
export function shapeOf(schema) {
  let nullable = false;
  let name = "";
  let description = schema?.description ?? "";
  for (let depth = 0; depth < 10; depth++) {
    const choices = schema?.anyOf ?? schema?.oneOf;
    const others = choices?.filter((choice) => choice.type !== "null");
    if (others?.length === 1) {
      nullable ||= others.length < choices.length;
      schema = others[0];
    } else if (schema?.allOf?.length === 1) schema = schema.allOf[0];
    else if (schema?.$ref) {
      name = refName(schema);
      schema = resolve(schema);
    } else break;
    description ||= schema.description ?? "";
  }
  const types = [schema?.type ?? []].flat();
  return { schema: schema ?? {}, name, description, nullable: nullable || types.includes("null"), type: types.find((type) => type !== "null") ?? "" };
}

export function propertiesOf(schema) {
  const { schema: found } = shapeOf(schema);
  return Object.assign({}, found.properties, ...(found.allOf ?? []).map(propertiesOf));
}

export function typeText(schema) {
  const { schema: found, name, type } = shapeOf(schema);
  if (type === "array") return `array of ${typeText(found.items)}`;
  if (found.properties && name) return name;
  if (found.enum) return name || "one of a list";
  return found.format && type !== "integer" ? `${type} (${found.format})` : type || "any JSON";
}

/** The rules of a value that a client must know. */
export function limitsOf(schema) {
  const { schema: found, type } = shapeOf(schema);
  const said = [];
  const big = Number.MAX_SAFE_INTEGER;
  const [least, most] = [found.minimum ?? -Infinity, found.maximum ?? Infinity];
  if (least > -big && most < big) said.push(`${least} to ${most}`);
  else if (least > -big) said.push(`at least ${least}`);
  else if (most < big) said.push(`at most ${most}`);
  const [short, long] = type === "array" ? [found.minItems, found.maxItems] : [found.minLength, found.maxLength];
  const unit = type === "array" ? "items" : "characters";
  if (long !== undefined) said.push(short ? `${short} to ${long} ${unit}` : `at most ${long} ${unit}`);
  else if (short) said.push(`at least ${short} ${unit}`);
  if (found.default !== undefined) said.push(`default ${JSON.stringify(found.default)}`);
  return said.join(", ");
}

/** Every field of a schema, with those of what it is made of. */
export function fieldNames(schema, seen = new Set(), names = new Map()) {
  const { schema: found, name } = shapeOf(schema);
  if (name && seen.has(name)) return names;
  if (name) seen.add(name);
  if (found.items) fieldNames(found.items, seen, names);
  for (const [field, part] of Object.entries(propertiesOf(found))) {
    if (!names.has(field)) names.set(field, part.description ?? "");
    fieldNames(part, seen, names);
  }
  return names;
}
