// Makes elements. Text becomes text nodes, so that no name or note can become markup.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child);
  }
}

export const h = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

// Icons of 24 × 24, in the style of https://feathericons.com.
const SHAPES = {
  overview: "M4 13h6V4H4zM14 20h6V11h-6zM4 20h6v-4H4zM14 8h6V4h-6z",
  orders: "M6 7h12l1 13H5zM9 7a3 3 0 0 1 6 0",
  refunds: "M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3",
  returns: "M3 8l9-5 9 5v8l-9 5-9-5zM3 8l9 5 9-5M12 13v8",
  disputes: "M12 3 2 20h20zM12 10v4M12 17v.01",
  payouts: "M3 7h18v11H3zM3 11h18M7 15h3",
  credit: "M12 3v18M16.5 7.5C15.5 6 14 5.5 12 5.5c-2.5 0-4.5 1-4.5 3s2 2.7 4.5 3.3 4.5 1.2 4.5 3.2-2 3.5-4.5 3.5c-2.2 0-4-.8-5-2.5",
  gift: "M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7S11 3 8.5 3 6 7 8.5 7zM12 7s1-4 3.5-4S18 7 15.5 7z",
  customers: "M9 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM2 21c0-4 3-6 7-6s7 2 7 6M16 3.5a4 4 0 0 1 0 7M22 21c0-3-1.5-5-4-5.7",
  promotions: "M20 12 12 20l-8.5-8.5V4H11zM7.5 8v.01",
  reports: "M4 20V4M4 20h16M8 16v-4M12 16V8M16 16v-6",
  security: "M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6z",
  system: "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM12 2v4M12 18v4M2 12h4M18 12h4M5 5l2.8 2.8M16.2 16.2 19 19M19 5l-2.8 2.8M7.8 16.2 5 19",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM20 20l-4.5-4.5",
  menu: "M4 7h16M4 12h16M4 17h16",
  close: "M6 6l12 12M18 6 6 18",
  back: "M19 12H5M11 6l-6 6 6 6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  check: "M5 12.5 10 17.5 19.5 7",
  leave: "M15 4h5v16h-5M11 8l-4 4 4 4M7 12h9",
};

export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: SHAPES[name] }));
}
