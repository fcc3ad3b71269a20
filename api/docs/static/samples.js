// A request as a program: curl, JavaScript, Python.

const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;
const indented = (text, by) => text.replaceAll("\n", `\n${" ".repeat(by)}`);

/** `request`: {method, url, headers: {name: value}, body: text or null, json: whether the body is JSON, token: whether one is needed} */
export const SAMPLES = { curl, JavaScript: javascript, Python: python };

function curl({ method, url, headers, body, token }) {
  const lines = [`curl ${method === "GET" ? "" : `-X ${method} `}${quoted(url)}`];
  if (token) lines.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  if (body !== null) lines.push(`--data-binary ${quoted(body)}`);
  return lines.join(" \\\n  ");
}

function javascript({ method, url, headers, body, json, token }) {
  const sent = [...(token ? ["Authorization: `Bearer ${token}`"] : []), ...Object.entries(headers).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)];
  const options = [];
  if (method !== "GET") options.push(`method: ${JSON.stringify(method)}`);
  if (sent.length) options.push(`headers: { ${sent.join(", ")} }`);
  if (body !== null) options.push(json && parsed(body) !== undefined ? `body: JSON.stringify(${indented(JSON.stringify(parsed(body), null, 2), 2)})` : `body: ${JSON.stringify(body)}`);
  const call = options.length ? `fetch(${JSON.stringify(url)}, {\n  ${options.join(",\n  ")},\n})` : `fetch(${JSON.stringify(url)})`;
  return `const response = await ${call};\nif (!response.ok) throw new Error((await response.json()).code);\nconsole.log(await response.text());`;
}

function python({ method, url, headers, body, json, token }) {
  const sent = [...(token ? ['"Authorization": f"Bearer {token}"'] : []), ...Object.entries(headers).filter(([name]) => !json || name !== "Content-Type").map(([name, value]) => `${literal(name)}: ${literal(value)}`)];
  const given = [`"${method}"`, literal(url)];
  if (sent.length) given.push(`headers={${sent.join(", ")}}`);
  if (body !== null) given.push(json && parsed(body) !== undefined ? `json=${indented(literal(parsed(body)), 4)}` : `content=${literal(body)}`);
  return `import httpx\n\nresponse = httpx.request(\n    ${given.join(",\n    ")},\n)\nresponse.raise_for_status()\nprint(response.text)`;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** JSON data as Python writes it. */
function literal(value) {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (Array.isArray(value)) return value.length ? `[\n${value.map((each) => `    ${indented(literal(each), 4)},\n`).join("")}]` : "[]";
  if (typeof value === "object") {
    const fields = Object.entries(value).map(([name, part]) => `    ${JSON.stringify(name)}: ${indented(literal(part), 4)},\n`);
    return fields.length ? `{\n${fields.join("")}}` : "{}";
  }
  return JSON.stringify(value);
}
