"use strict";
// One page: asks `review` for a period, draws it, and asks again every half minute while the page is visible.

const routes = JSON.parse(document.getElementById("routes").textContent);
const RANGES = [["1 h", 1], ["6 h", 6], ["24 h", 24], ["7 d", 168], ["14 d", 336]];
const REFRESH = 30000;
const OTHERS = "everything else";
const state = { hours: 24, sort: "total_ms", down: true, open: null, all: false, review: null, asked: 0 };

// --- small things -------------------------------------------------------------------------------

function make(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") made.className = value;
    else if (name === "color") made.style.setProperty("--c", value);
    else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function draw(tag, attributes = {}, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes))
    name === "style" ? (made.style.cssText = value) : made.setAttribute(name, value);  // the policy refuses the attribute
  made.append(...children);
  return made;
}

const place = (id) => document.getElementById(id);
const color = (n) => (n < 0 ? "var(--rest)" : `var(--c${n % 8})`);
const title = (endpoint) => endpoint ?? OTHERS;

function number(value, digits = 0) {
  if (value === null || value === undefined) return "–";
  return value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function short(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  for (const [limit, unit] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e4, "k"]])
    if (size >= limit) return trim(value / (unit === "k" ? 1e3 : limit)) + " " + unit;
  return size >= 100 || Number.isInteger(value) ? number(Math.round(value)) : trim(value);
}

function trim(value) {
  const size = Math.abs(value);
  return String(parseFloat(value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 0.1 ? 2 : 3)));
}

function bytes(value) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  for (const [limit, unit] of [[1e12, "TB"], [1e9, "GB"], [1e6, "MB"], [1e3, "kB"]])
    if (size >= limit) return trim(value / limit) + " " + unit;
  return trim(value) + " B";
}

const added = (value) => (value === null || value === undefined ? "–" : (value > 0 ? "+" : "") + bytes(value));

function milliseconds(value) {
  if (value === null || value === undefined) return "–";
  return value >= 10000 ? number(value / 1000, 1) + " s" : value >= 100 ? number(value) + " ms" : trim(value) + " ms";
}

function span(seconds) {
  if (seconds === null || seconds === undefined) return "–";
  if (seconds < 120) return trim(seconds < 10 ? seconds : Math.round(seconds)) + " s";
  if (seconds < 7200) return Math.round(seconds / 60) + " min";
  return seconds < 172800 ? trim(seconds / 3600) + " h" : trim(seconds / 86400) + " d";
}

function clock(seconds, long) {
  const at = new Date(seconds * 1000);
  const time = at.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return long ? at.toLocaleDateString("en-GB", { weekday: "short", day: "numeric", month: "short" }) + ", " + time : time;
}

// --- charts -------------------------------------------------------------------------------------

function nice(most) {
  if (!(most > 0)) return [0, 1];
  const rough = most / 4, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].find((s) => s * power >= rough) * power;
  const ticks = [];
  for (let at = 0; at < most + step * 0.999; at += step) ticks.push(at);
  return ticks;
}

function timeTicks(first, last, room) {
  const steps = [60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800];
  const step = steps.find((s) => (last - first) / s <= room) ?? 172800;
  const shift = new Date(first * 1000).getTimezoneOffset() * 60;
  const ticks = [];
  for (let at = Math.ceil((first - shift) / step) * step + shift; at <= last; at += step)
    ticks.push([at, step >= 86400 ? new Date(at * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" }) : clock(at)]);
  return ticks;
}

// series: [{name, color, points: [[time, value or null], …]}]; stacked ones share their times.
function chart(target, series, { format = short, height = 190, stacked = false, log = false, empty = "No snapshots in this period yet." } = {}) {
  target.replaceChildren();
  const times = [...new Set(series.flatMap((line) => line.points.map((point) => point[0])))].sort((a, b) => a - b);
  if (times.length < 2) {
    target.append(make("p", { class: "empty" }, times.length ? "One snapshot so far: a line needs two." : empty));
    return;
  }
  const width = Math.max(target.clientWidth, 260), left = 52, right = 8, top = 8, bottom = 24;
  const values = series.map((line) => new Map(line.points));
  const sums = new Map(times.map((at) => [at, values.reduce((sum, line) => sum + (line.get(at) ?? 0), 0)]));
  const most = stacked ? Math.max(...sums.values()) : Math.max(...series.flatMap((line) => line.points.map((point) => point[1] ?? 0)));
  // By powers of ten: an endpoint of a millisecond is seen beside one of a second.
  const least = log ? Math.min(...series.flatMap((line) => line.points.map((point) => point[1]).filter((value) => value > 0))) : 0;
  const powers = log ? [Math.floor(Math.log10(least)), Math.max(Math.ceil(Math.log10(most)), Math.floor(Math.log10(least)) + 1)] : [];
  const ticks = log ? Array.from({ length: powers[1] - powers[0] + 1 }, (_, n) => 10 ** (powers[0] + n)) : nice(most);
  const high = ticks[ticks.length - 1];
  const first = times[0], last = times[times.length - 1];
  const x = (at) => left + ((at - first) / (last - first)) * (width - left - right);
  const part = (value) => (log ? (Math.log10(Math.max(value, ticks[0])) - powers[0]) / (powers[1] - powers[0]) : value / high);
  const y = (value) => top + (1 - part(value)) * (height - top - bottom);
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, height, role: "img" });
  svg.append(draw("title", {}, document.createTextNode(
    series.map((line) => `${line.name}: ${format(values[series.indexOf(line)].get(last) ?? null)} at the end`).join("; "))));
  for (const tick of ticks) {
    svg.append(draw("line", { class: tick === ticks[0] ? "base" : "rule", x1: left, x2: width - right, y1: y(tick), y2: y(tick) }));
    const label = draw("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" });
    label.textContent = format(tick);
    svg.append(label);
  }
  for (const [at, text] of timeTicks(first, last, Math.max(2, Math.floor(width / 95)))) {
    const label = draw("text", { x: Math.min(Math.max(x(at), left + 14), width - right - 14), y: height - 6, "text-anchor": "middle" });
    label.textContent = text;
    svg.append(label);
  }
  if (stacked) {
    const below = new Map(times.map((at) => [at, 0]));
    series.forEach((line, n) => {
      const lower = times.map((at) => [x(at), y(below.get(at))]);
      for (const at of times) below.set(at, below.get(at) + (values[n].get(at) ?? 0));
      const upper = times.map((at) => [x(at), y(below.get(at))]);
      svg.append(draw("path", { d: path(upper) + "L" + path(lower.reverse()).slice(1) + "Z", style: `fill:${line.color};opacity:.82` }));
    });
  } else {
    // The first series is the one that matters: drawn last, on top.
    [...series].reverse().forEach((line) => {
      let run = [];
      const finish = () => {
        if (run.length > 1) svg.append(draw("path", { d: path(run), style: `fill:none;stroke:${line.color};stroke-width:1.8;stroke-linejoin:round` }));
        else if (run.length) svg.append(draw("circle", { cx: run[0][0], cy: run[0][1], r: 2, style: `fill:${line.color}` }));
        run = [];
      };
      for (const [at, value] of line.points) value === null ? finish() : run.push([x(at), y(value)]);
      finish();
    });
  }
  const hair = draw("line", { class: "hair", y1: top, y2: height - bottom, visibility: "hidden" });
  svg.append(hair);
  const tip = make("div", { class: "tip", hidden: true });
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect(), wanted = first + ((event.clientX - box.left) * (width / box.width) - left) / (width - left - right) * (last - first);
    const at = times.reduce((best, one) => (Math.abs(one - wanted) < Math.abs(best - wanted) ? one : best));
    hair.setAttribute("x1", x(at)); hair.setAttribute("x2", x(at)); hair.setAttribute("visibility", "visible");
    const rows = series.map((line, n) => [line, values[n].get(at)]).filter(([, value]) => value !== null && value !== undefined);
    if (stacked) rows.reverse();
    tip.replaceChildren(make("b", {}, clock(at, true)), ...rows.map(([line, value]) =>
      make("div", {}, make("span", {}, make("i", { color: line.color }), line.name), make("span", {}, format(value)))));
    tip.hidden = false;
    const room = target.clientWidth, over = (x(at) / width) * room;
    tip.style.left = (over + tip.offsetWidth + 24 > room ? Math.max(0, over - tip.offsetWidth - 12) : over + 12) + "px";
    tip.style.top = "4px";
  });
  svg.addEventListener("pointerleave", () => { tip.hidden = true; hair.setAttribute("visibility", "hidden"); });
  target.append(svg, tip);
  if (series.length > 1)
    target.append(make("ul", { class: "legend" }, ...series.map((line) => make("li", {}, make("i", { color: line.color }), line.name))));
}

const path = (points) => points.map(([px, py], n) => `${n ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`).join("");

function spark(line, stroke, height = 24) {
  const values = line.filter((value) => value !== null && value !== undefined);
  const svg = draw("svg", { viewBox: `0 0 100 ${height}`, preserveAspectRatio: "none", "aria-hidden": "true", class: "spark" });
  if (values.length < 2) return svg;
  const most = Math.max(...values) || 1;
  const points = values.map((value, n) => [(n / (values.length - 1)) * 100, height - 2 - (value / most) * (height - 4)]);
  svg.append(draw("path", { d: path(points), style: `fill:none;stroke:${stroke};stroke-width:1.5;vector-effect:non-scaling-stroke` }));
  return svg;
}

// --- the parts of the page ----------------------------------------------------------------------

const zip = (times, line) => times.map((at, n) => [at, line?.[n] ?? null]);
const last = (line) => (line?.length ? line[line.length - 1] : null);
const mean = (line) => (line?.length ? line.reduce((sum, value) => sum + value, 0) / line.length : null);

function tiles(review) {
  const a = review.activity, endpoints = review.endpoints.filter((e) => e.endpoint);
  const rate = (a.times ?? []).map((_, n) => endpoints.reduce((sum, e) => sum + (e.rate?.[n] ?? 0), 0));
  const load = (a.times ?? []).map((_, n) => endpoints.reduce((sum, e) => sum + (e.load?.[n] ?? 0), 0));
  const each = rate.map((calls, n) => (calls ? load[n] / calls : null));
  const calls = endpoints.reduce((sum, e) => sum + e.calls, 0), spent = endpoints.reduce((sum, e) => sum + e.total_ms, 0);
  const grown = a.bytes?.length > 1 ? last(a.bytes) - a.bytes[0] : null;
  const due = review.queue.reduce((sum, q) => sum + q.due, 0), failing = review.queue.reduce((sum, q) => sum + q.failing, 0);
  const deadlocks = (a.deadlocks ?? []).reduce((sum, n) => sum + n, 0);
  const active = review.sessions.filter((s) => s.state === "active").reduce((sum, s) => sum + s.sessions, 0);
  const found = [
    ["Calls a second", short(mean(rate)), "mean", rate],
    ["Mean of a call", milliseconds(calls ? spent / calls : null), "", each],
    ["Active sessions", number(active), `of ${review.sessions.reduce((sum, s) => sum + s.sessions, 0)}`, a.active],
    ["Waiting for locks", number(review.locks.length), deadlocks ? `${deadlocks} deadlock${deadlocks > 1 ? "s" : ""}` : "", a.waiting,
      review.locks.length || deadlocks ? "bad" : ""],
    ["From the cache", mean((a.hit ?? []).filter((v) => v !== null)) === null ? "–" : trim(mean(a.hit.filter((v) => v !== null))) + " %", "", a.hit],
    ["Written ahead", bytes(mean(a.wal)) + (a.wal?.length ? "/s" : ""), "", a.wal],
    ["Database" + (grown === null ? "" : ` (${added(grown)})`), bytes(last(a.bytes)), "", a.bytes],
    ["Queue", number(due), failing ? `${failing} failing` : "due", a.due, failing ? "warn" : ""],
  ];
  place("tiles").replaceChildren(...found.map(([name, value, more, line, mood]) =>
    make("div", { class: "tile " + (mood ?? "") }, make("div", { class: "name" }, name),
      make("div", { class: "value" }, value, more ? make("small", {}, " " + more) : null), spark(line ?? [], "var(--c0)"))));
}

function colored(review) {
  // Colours follow the endpoint, not its rank of the moment.
  const top = review.endpoints.filter((e) => e.endpoint).slice(0, 8);
  return new Map(top.map((e, n) => [e.endpoint, color(n)]));
}

function loads(review) {
  const colors = colored(review), times = review.activity.times ?? [];
  const named = review.endpoints.filter((e) => colors.has(e.endpoint));
  const others = review.endpoints.filter((e) => !colors.has(e.endpoint));
  const rest = times.map((_, n) => others.reduce((sum, e) => sum + (e.load?.[n] ?? 0), 0));
  const series = named.map((e) => ({ name: e.endpoint, color: colors.get(e.endpoint), points: zip(times, e.load.map((ms) => ms / 1000)) }));
  if (others.length) series.push({ name: "all others", color: color(-1), points: zip(times, rest.map((ms) => ms / 1000)) });
  chart(place("load"), series, { stacked: true, height: 240, format: (value) => (value === null ? "–" : trim(value)) });
  chart(place("latency"), named.slice(0, 6).map((e) => ({ name: e.endpoint, color: colors.get(e.endpoint), points: zip(times, e.mean) })), { format: milliseconds, log: true });
}

const COLUMNS = [
  ["endpoint", "Endpoint"], ["total_ms", "Share of the time"], ["calls", "Calls"], ["mean_ms", "Mean"], ["worst_ms", "Worst ever"],
  ["rows", "Rows"], ["blocks_read", "From disk"], ["hit", "Cache"], ["temp_blocks", "Temporary"], ["wal", "WAL"], [null, "Latency"],
];

function endpoints(review) {
  const total = review.endpoints.reduce((sum, e) => sum + e.total_ms, 0) || 1;
  const order = (a, b) => {
    const [left, right] = [a[state.sort] ?? "", b[state.sort] ?? ""];
    const found = typeof left === "string" || typeof right === "string" ? String(left).localeCompare(String(right)) : left - right;
    return state.down ? -found : found;
  };
  const sorted = [...review.endpoints].sort(order), shown = state.all ? sorted : sorted.slice(0, 15);
  const head = make("thead", {}, make("tr", {}, ...COLUMNS.map(([key, name]) => make("th", {
    scope: "col", "aria-sort": key === state.sort ? (state.down ? "descending" : "ascending") : null },
    key ? make("button", { type: "button", onclick: () => {
      state.down = key === state.sort ? !state.down : key !== "endpoint";
      state.sort = key;
      endpoints(state.review);
    } }, name + (key === state.sort ? (state.down ? " ↓" : " ↑") : "")) : name))));
  const body = make("tbody", {});
  for (const e of shown) {
    const name = title(e.endpoint), opened = state.open === name, share = e.total_ms / total;
    const row = make("tr", {},
      make("td", {}, make("button", { class: "name", type: "button", "aria-expanded": String(opened), onclick: () => {
        state.open = opened ? null : name;
        endpoints(state.review);
      } }, name), routes[e.endpoint] ? make("div", { class: "route" }, routes[e.endpoint]) : null),
      make("td", {}, make("span", { class: "bar" }, bar(share, "var(--c0)")), make("span", { class: "figure" }, `${(100 * share).toFixed(1)} %`)),
      make("td", {}, number(e.calls)), make("td", { class: e.mean_ms > 250 ? "bad" : e.mean_ms > 100 ? "warn" : "" }, milliseconds(e.mean_ms)),
      make("td", {}, milliseconds(e.worst_ms)), make("td", {}, number(e.rows)), make("td", {}, number(e.blocks_read)),
      make("td", { class: e.hit !== null && e.hit < 95 && e.blocks_read > 1000 ? "warn" : "" }, e.hit === null ? "–" : `${trim(e.hit)} %`),
      make("td", { class: e.temp_blocks ? "warn" : "" }, e.temp_blocks ? bytes(e.temp_blocks * 8192) : "0"),
      make("td", {}, bytes(e.wal)), make("td", {}, spark(e.mean ?? [], "var(--c0)", 22)));
    body.append(row);
    if (opened) {
      const calls = make("div", { class: "chart" }), latency = make("div", { class: "chart" });
      body.append(make("tr", { class: "detail" }, make("td", { class: "detail", colSpan: COLUMNS.length }, make("div", { class: "pair" },
        make("div", {}, make("h3", {}, "Mean of a call"), latency), make("div", {}, make("h3", {}, "Calls a second"), calls)))));
      requestAnimationFrame(() => {
        const times = review.activity.times ?? [];
        chart(latency, [{ name, color: color(0), points: zip(times, e.mean) }], { format: milliseconds, height: 150 });
        chart(calls, [{ name, color: color(1), points: zip(times, e.rate) }], { height: 150 });
      });
    }
  }
  if (!shown.length) body.append(make("tr", {}, make("td", { class: "empty", colSpan: COLUMNS.length }, "No statements in this period yet.")));
  place("endpoints").replaceChildren(head, body);
  const more = place("more");
  more.hidden = sorted.length <= 15;
  more.textContent = state.all ? "Show the first 15" : `Show all ${sorted.length}`;
}

function bar(part, fill) {
  const made = make("i");
  made.style.width = `${Math.max(0, Math.min(100, 100 * part))}%`;
  made.style.background = fill;
  return made;
}

function activity(review) {
  const a = review.activity, times = a.times ?? [];
  const line = (name, n, values) => ({ name, color: n === "bad" ? "var(--bad)" : color(n), points: zip(times, values) });
  chart(place("sessions"), [line("active", 0, a.active), line("waiting for a lock", "bad", a.waiting), line("idle in transaction", 1, a.idle_in_transaction)]);
  chart(place("transactions"), [line("committed", 0, a.committed), line("rolled back", 1, a.rolled_back)]);
  chart(place("reads"), [line("blocks read", 0, a.reads)]);
  chart(place("writes"), [line("write-ahead log", 0, a.wal), line("temporary files", 1, a.temp)], { format: bytes });
  chart(place("queue"), [line("due", 0, a.due), line("failing", "bad", a.failing)]);
}

function list(target, columns, rows, calm) {
  if (!rows.length) {
    target.replaceChildren(make("p", { class: "calm" }, calm));
    return;
  }
  target.replaceChildren(make("table", { class: "data" },
    make("thead", {}, make("tr", {}, ...columns.map(([name, , kind]) => make("th", { scope: "col", class: kind ? "text" : "" }, name)))),
    make("tbody", {}, ...rows.map((row) => make("tr", {}, ...columns.map(([, value, kind]) => make("td", { class: kind ?? "" }, value(row))))))));
}

function now(review) {
  list(place("locks"), [
    ["Waits", (l) => span(l.waits_seconds)], ["Process", (l) => String(l.waiting_pid)], ["Who", (l) => l.waiting_endpoint ?? l.waiting_role, "text"],
    ["For", (l) => l.relation ?? l.lock_type, "text"], ["Held by", (l) => `${l.blocking_pid} (${l.blocking_role})`, "text"],
    ["Its state", (l) => l.blocking_state, "text"], ["Open", (l) => span(l.blocking_transaction_seconds)],
    ["Its statement", (l) => l.blocking_endpoint ?? l.blocking_query, "wrap"],
  ], review.locks, "No session waits for a lock.");
  list(place("open"), [
    ["Open", (t) => span(t.open_seconds)], ["Process", (t) => String(t.pid)], ["Who", (t) => t.role_name ?? t.backend_type, "text"],
    ["Application", (t) => t.application_name, "text"], ["State", (t) => t.state ?? "", "text"], ["Since", (t) => span(t.state_seconds)],
    ["Holds back", (t) => number(t.holds_back_transactions)], ["Statement", (t) => t.endpoint ?? t.query, "wrap"],
  ], review.transactions, "No transaction is open for more than 5 seconds.");
}

function tables(review) {
  const most = Math.max(...review.tables.map((t) => t.table_bytes + t.index_bytes), 1);
  const shown = review.tables.slice(0, 20);
  place("tables").replaceChildren(
    make("thead", {}, make("tr", {}, ...["Table", "Size", "Table", "Indexes", "Rows", "Dead rows", "In a day", "In a week", "Last vacuum"].map((name) =>
      make("th", { scope: "col" }, name)))),
    make("tbody", {}, ...shown.map((t) => make("tr", {},
      make("td", {}, t.relation),
      make("td", {}, make("span", { class: "bar", title: "table and indexes" }, bar(t.table_bytes / most, "var(--c0)"), bar(t.index_bytes / most, "var(--c7)")),
        make("span", { class: "figure" }, bytes(t.table_bytes + t.index_bytes))),
      make("td", {}, bytes(t.table_bytes)), make("td", {}, bytes(t.index_bytes)), make("td", {}, number(t.live_rows)),
      make("td", { class: t.dead_percent > 30 && t.dead_rows > 10000 ? "warn" : "" }, t.dead_rows === null ? "–" : number(t.dead_rows)),
      make("td", {}, added(t.day)), make("td", {}, added(t.week)),
      make("td", {}, t.last_vacuum ? span(review.at - t.last_vacuum) + " ago" : "never")))));
  const largest = review.tables.filter((t) => t.line?.length > 1).slice(0, 6);
  chart(place("growth"), largest.map((t, n) => ({ name: t.relation, color: color(n), points: t.line })), { format: bytes, empty: "Sizes are kept every quarter of an hour: a line needs two." });
  list(place("unused"), [
    ["Index", (u) => u.index, "text"], ["Of", (u) => u.relation, "text"], ["Size", (u) => bytes(u.bytes)], ["Writes", (u) => short(u.writes)],
    ["Foreign key", (u) => (u.foreign_key ? "yes" : "no"), "text"],
  ], review.unused.slice(0, 12), "Every index is used.");
}

function show(review) {
  state.review = review;
  place("where").textContent = `${review.database}, PostgreSQL ${review.version}, up ${span(review.at - review.started)}` +
    (review.wraparound > 25 ? `, wraparound ${review.wraparound} %` : "");
  const gaps = place("gaps");
  gaps.hidden = !review.gaps.length;
  gaps.replaceChildren(make("h2", {}, "This page sees less than it could"),
    make("ul", {}, ...review.gaps.map((g) => make("li", {}, `${g.gap} ${g.remedy}`))));
  tiles(review); loads(review); endpoints(review); activity(review); now(review); tables(review);
  place("main").setAttribute("aria-busy", "false");
  const covered = review.at - review.since;
  place("state").textContent = `as of ${clock(review.at)}` + (covered < state.hours * 3600 * 0.95 ? `, snapshots of ${span(covered)}` : "");
}

// --- asking -------------------------------------------------------------------------------------

async function ask() {
  const asked = ++state.asked;
  try {
    const answer = await fetch(`review?hours=${state.hours}`, { cache: "no-store" });
    if (!answer.ok) throw new Error((await answer.text()).trim());
    const review = await answer.json();
    if (asked === state.asked) show(review);
  } catch (trouble) {
    if (asked === state.asked) place("state").textContent = `no answer: ${trouble.message}`;
  }
}

function choose(hours) {
  state.hours = hours;
  for (const button of place("ranges").children) button.setAttribute("aria-pressed", String(Number(button.dataset.hours) === hours));
  place("main").setAttribute("aria-busy", "true");
  ask();
}

for (const [name, hours] of RANGES) {
  const button = make("button", { type: "button", "aria-pressed": String(hours === state.hours), onclick: () => choose(hours) }, name);
  button.dataset.hours = hours;
  place("ranges").append(button);
}
place("more").addEventListener("click", () => { state.all = !state.all; endpoints(state.review); });
let resized;
addEventListener("resize", () => { clearTimeout(resized); resized = setTimeout(() => state.review && show(state.review), 120); });
setInterval(() => { if (!document.hidden) ask(); }, REFRESH);
document.addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
ask();
