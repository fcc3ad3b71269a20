// Bars and lines, drawn to the available width and redrawn when it changes. Each chart is also a table, for screen readers.

import { h, replace, svg } from "./elements.js";

/** points: {label, full, value, second}; second is drawn behind, in a soft colour. */
export function bars(points, { format, height = 200, title }) {
  const place = h("figure", { class: "chart", "aria-label": title });
  const readout = h("figcaption", { class: "readout", "aria-hidden": "true" });
  const stage = h("div", { class: "stage" });
  place.append(readout, stage, hiddenTable(points, format, title));
  const rest = () => replace(readout, h("span", { class: "soft" }, title));
  function draw() {
    const width = Math.max(240, stage.clientWidth);
    const top = Math.max(1, ...points.map((p) => Math.max(p.value, p.second ?? 0)));
    const low = Math.min(0, ...points.map((p) => p.value));
    const steps = scale(low, top);
    const ceiling = steps.at(-1);
    const floor = steps[0];
    const left = 8 + Math.max(...steps.map((s) => format(s, true).length)) * 6.5;
    const bottom = 22;
    const y = (value) => 8 + (height - bottom - 8) * (1 - (value - floor) / (ceiling - floor || 1));
    const slot = (width - left - 4) / points.length;
    const every = Math.ceil(points.length / Math.max(2, Math.floor((width - left) / 64)));
    const picture = svg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    for (const step of steps) {
      picture.append(
        svg("line", { x1: left, x2: width, y1: y(step), y2: y(step), class: step === 0 ? "axis" : "grid" }),
        svg("text", { x: left - 6, y: y(step) + 4, class: "tick end" }, format(step, true)),
      );
    }
    points.forEach((p, n) => {
      const x = left + n * slot;
      const thick = Math.max(1, Math.min(34, slot * 0.68));
      const at = x + (slot - thick) / 2;
      const group = svg("g", { class: "bar" });
      group.append(svg("rect", { x, y: 0, width: slot, height: height - bottom, class: "hit" }));
      if (p.second > p.value) group.append(block(at, y(p.second), thick, y(Math.max(0, p.value)) - y(p.second), "second"));
      if (p.value) group.append(block(at, Math.min(y(p.value), y(0)), thick, Math.abs(y(0) - y(p.value)), p.value < 0 ? "below" : "first"));
      if (n % every === 0) picture.append(svg("text", { x: x + slot / 2, y: height - 6, class: "tick middle" }, p.label));
      group.addEventListener("pointerenter", () => replace(readout, h("b", {}, p.full), " ", p.told ?? format(p.value, false)));
      picture.append(group);
    });
    picture.addEventListener("pointerleave", rest);
    replace(stage, picture);
  }
  rest();
  new ResizeObserver(() => requestAnimationFrame(draw)).observe(stage);
  return place;
}

function block(x, y, width, height, kind) {
  return svg("rect", { x, y, width, height: Math.max(1, height), rx: Math.min(3, width / 3), class: kind });
}

/** Three to five round steps that hold everything. */
function scale(low, top) {
  const rough = (top - low) / 4;
  const unit = 10 ** Math.floor(Math.log10(rough || 1));
  const step = [1, 2, 2.5, 5, 10].map((m) => m * unit).find((s) => s >= rough) ?? 1;
  const whole = Math.max(1, step);
  const steps = [];
  for (let at = Math.floor(low / whole) * whole; at < top + whole; at += whole) steps.push(at);
  return steps;
}

function hiddenTable(points, format, title) {
  return h(
    "div",
    { class: "hidden" },
    h("table", {}, h("caption", {}, title), h("tbody", {}, points.map((p) => h("tr", {}, h("th", { scope: "row" }, p.full), h("td", {}, p.told ?? format(p.value, false)))))),
  );
}

/** Parts of a whole, one bar. */
export function parts(items) {
  const whole = items.reduce((sum, item) => sum + item.value, 0);
  let x = 0;
  const picture = svg("svg", { class: "parts", viewBox: "0 0 100 4", preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const item of items) {
    const width = whole ? (item.value / whole) * 100 : 0;
    picture.append(svg("rect", { x, y: 0, width, height: 4, class: `part ${item.kind}` }));
    x += width;
  }
  return picture;
}
