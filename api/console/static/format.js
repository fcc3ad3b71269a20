// Formats amounts (minor units beside a currency) and times (UTC) in the language and time zone of the browser.

import { h } from "./elements.js";

const formatters = new Map();

function formatter(currency, compact) {
  const key = currency + (compact ? " compact" : "");
  if (!formatters.has(key)) {
    const options = { style: "currency", currency };
    formatters.set(key, new Intl.NumberFormat(undefined, compact ? { ...options, notation: "compact", maximumFractionDigits: 1 } : options));
  }
  return formatters.get(key);
}

export function decimals(currency) {
  return formatter(currency, false).resolvedOptions().maximumFractionDigits;
}

export function money(amount, currency, compact = false) {
  if (amount === null || amount === undefined) return "–";
  return formatter(currency, compact).format(amount / 10 ** decimals(currency));
}

/** Parses an amount into minor units, without floating-point numbers; null when it is no amount of this currency. */
export function parseMoney(text, currency) {
  const found = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.replace(/[\s']/g, ""));
  const places = decimals(currency);
  if (!found || (found[2] ?? "").length > places) return null;
  return Number(found[1] + (found[2] ?? "").padEnd(places, "0"));
}

export function plainMoney(amount, currency) {
  return (amount / 10 ** decimals(currency)).toFixed(decimals(currency));
}

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const DAY_UTC = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SHORT_DAY_UTC = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });
export const MONTH_UTC = new Intl.DateTimeFormat(undefined, { month: "short", year: "numeric", timeZone: "UTC" });
const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const RELATIVE = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
const COUNT = new Intl.NumberFormat();
const PERCENT = new Intl.NumberFormat(undefined, { style: "percent", maximumFractionDigits: 1 });

export function moment(text) {
  if (!text) return "–";
  const at = new Date(text);
  return h("time", { datetime: text, title: at.toISOString() }, `${DAY.format(at)}, ${TIME.format(at)}`);
}

export function ago(text) {
  const seconds = (new Date(text) - Date.now()) / 1000;
  for (const [unit, length] of [["day", 86400], ["hour", 3600], ["minute", 60]]) {
    if (Math.abs(seconds) >= length) return RELATIVE.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

export const day = (text) => (text ? DAY_UTC.format(new Date(text)) : "–");
export const shortDay = (text) => SHORT_DAY_UTC.format(new Date(text));
export const count = (number) => COUNT.format(number ?? 0);
export const percent = (part) => PERCENT.format(part);
export const plural = (number, one, many) => `${count(number)} ${number === 1 ? one : many}`;

/** refund_completed → Refund completed */
export function words(text) {
  const spaced = String(text).replaceAll(/[_.]/g, " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

export const shortId = (id) => (id ? id.slice(0, 8) + "…" + id.slice(-4) : "–");

export const startOf = (text) => text && new Date(text + "T00:00").toISOString();
export function endOf(text) {
  if (!text) return text;
  const next = new Date(text + "T00:00");
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}
