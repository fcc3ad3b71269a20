// Payment providers, and the pieces of an order that were refunded.

import { words } from "./format.js";
import { get, offered } from "./server.js";

const manual = new Set();

/** Learns which providers are confirmed by a person. */
export async function readProviders() {
  if (!offered.has("get", "/admin/payment-providers")) return;
  const providers = await get("/admin/payment-providers");
  for (const { name, kind } of providers) if (kind === "manual") manual.add(name);
}

export const provider = (name) => words(name);
export const isManual = (name) => manual.has(name);

/** Refunded pieces, by order line. */
export function refundedPieces(payments) {
  const pieces = new Map();
  for (const refund of payments.flatMap((p) => p.refunds)) {
    if (refund.status === "failed") continue;
    for (const item of refund.items ?? []) pieces.set(item.order_item_id, (pieces.get(item.order_item_id) ?? 0) + item.quantity);
  }
  return pieces;
}
