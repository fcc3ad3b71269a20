// Makes elements. Text becomes text nodes, so that nothing that a server answers can become markup.

export function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key === "value") element.value = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  return fill(element, children);
}

export function fill(element, ...children) {
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function replace(element, ...children) {
  element.replaceChildren();
  return fill(element, children);
}

const SPANS = /`([^`]+)`|\*\*([^*]+)\*\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

/** A line of a description: `code`, **bold** and [links](…) are all that descriptions use. */
export function inline(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(SPANS)) {
    parts.push(text.slice(from, found.index));
    if (found[1]) parts.push(h("code", null, found[1]));
    else if (found[2]) parts.push(h("strong", null, found[2]));
    else parts.push(/^(\/|#|https?:)/.test(found[4]) ? h("a", { href: found[4] }, found[3]) : found[3]);
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)].filter(Boolean);
}

/** Paragraphs, and lists of lines that begin with a hyphen. */
export function prose(text) {
  return text.split(/\n{2,}/).map((paragraph) => {
    const lines = paragraph.split("\n");
    if (lines.every((line) => line.startsWith("- "))) return h("ul", null, lines.map((line) => h("li", null, inline(line.slice(2)))));
    return h("p", null, inline(lines.join(" ")));
  });
}

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\b\d+(?:\.\d+)?\b/g;

/** JSON with its names, strings and other values in colours. */
export function coloured(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(TOKENS)) {
    parts.push(text.slice(from, found.index));
    const kind = found[2] !== undefined ? "name" : found[1] !== undefined ? "string" : "value";
    parts.push(h("span", { class: kind }, found[1] ?? found[0]), found[2] ?? "");
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)].filter(Boolean);
}

/** A block of code that can be scrolled with the keyboard, and a button that copies it. */
export function codeBlock(label, text, { json = false } = {}) {
  const copy = h("button", { class: "copy", type: "button", onclick: () => copied(copy, text) }, "Copy");
  return h("div", { class: "code" }, copy, h("pre", { tabindex: 0, role: "region", "aria-label": label }, h("code", null, json ? coloured(text) : text)));
}

async function copied(button, text) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed";
  }
  setTimeout(() => (button.textContent = "Copy"), 2000);
}
