// Requests to the API. The session is in cookies that no script can read.

const API = "/v1";

/**
 * The account that is logged in, what to do when its session ends (main.js sets it), and how to confirm that it is still
 * the same person, with "password" or "code" (account.js sets it).
 */
export const session = { account: null, ended() {}, confirm: async () => false };

export class Problem extends Error {
  constructor(status, body) {
    super(body.detail ?? body.title ?? "Something went wrong.");
    this.status = status;
    this.code = body.code ?? "";
    this.requestId = body.request_id ?? "";
    this.errors = body.errors ?? [];
    this.retryAfter = body.retry_after;
  }
  /** Nothing was done, for certain. */
  get refused() {
    return this.status >= 400 && this.status < 500;
  }
}

const unreachable = () =>
  new Problem(0, { detail: "The shop cannot be reached. Look at your connection, then try again: a repeat does nothing twice.", code: "unreachable" });

export async function send(method, path, { query, body, key, version } = {}) {
  const url = new URL(API + path, location.origin);
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== "" && value !== null && value !== undefined) url.searchParams.set(name, value);
  }
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = key;
  if (version !== undefined) headers["If-Match"] = `"${version}"`;
  let response;
  try {
    response = await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), credentials: "same-origin" });
  } catch {
    throw unreachable();
  }
  const text = await response.text();
  let data = null;
  try {
    data = text ? JSON.parse(text) : null;
  } catch {
    throw new Problem(response.status, { detail: `The answer makes no sense (${response.status}). Try again.`, request_id: response.headers.get("X-Request-Id") });
  }
  if (!response.ok) throw new Problem(response.status, data ?? {});
  return data;
}

/** Sends a request, and sends it again when the person had to confirm the session first. */
export async function call(method, path, options) {
  try {
    return await renewed(method, path, options);
  } catch (problem) {
    const asked = problem.status === 403 && { confirmation_required: "password", code_required: "code" }[problem.code];
    if (!asked || !(await session.confirm(asked))) throw problem;
  }
  return renewed(method, path, options);
}

/** Sends a request. When the access token has expired, one tab renews the session, and the request is sent again. */
async function renewed(method, path, options) {
  const began = Date.now();
  try {
    return await send(method, path, options);
  } catch (problem) {
    if (problem.status !== 401 || (path.startsWith("/sessions") && path !== "/sessions/current/confirm")) throw problem;
  }
  try {
    await navigator.locks.request("storeproc session", async () => {
      if (Number(localStorage.getItem("renewed") ?? 0) > began) return; // another tab did
      await send("POST", "/sessions/refresh", { body: {} });
      localStorage.setItem("renewed", String(Date.now()));
    });
  } catch (problem) {
    if (problem.status === 401 || problem.status === 422) session.ended();
    throw problem;
  }
  return send(method, path, options);
}

export const get = (path, query) => call("GET", path, { query });
export const post = (path, body = {}, key = undefined) => call("POST", path, { body, key });
export const put = (path, body) => call("PUT", path, { body });
export const patch = (path, body, version) => call("PATCH", path, { body, version });

const REFERENCE = "#/components/schemas/";

/** What the server offers, according to its OpenAPI document. Sections without endpoints are not shown. */
export const offered = {
  paths: {},
  schemas: {},
  async read() {
    const answer = await fetch("/openapi.json", { credentials: "same-origin" });
    const found = answer.ok ? await answer.json() : { paths: {} };
    this.paths = found.paths;
    this.schemas = found.components?.schemas ?? {};
  },
  has(method, path) {
    return Boolean(this.paths[API + path]?.[method]);
  },
  /** The values that a query parameter can have. */
  choices(path, name) {
    return this.values(this.paths[API + path]?.get?.parameters?.find((p) => p.name === name)?.schema);
  },
  /** The values that a field of a request's body can have. */
  fieldChoices(method, path, name) {
    const body = this.paths[API + path]?.[method]?.requestBody?.content?.["application/json"]?.schema;
    return this.values(this.resolve(body)?.properties?.[name]);
  },
  values(schema) {
    const found = this.resolve(schema);
    return (found?.enum ?? found?.anyOf?.flatMap((each) => this.values(each)) ?? []).filter(Boolean);
  },
  resolve(schema) {
    return schema?.$ref ? this.schemas[schema.$ref.slice(REFERENCE.length)] : schema;
  },
};
