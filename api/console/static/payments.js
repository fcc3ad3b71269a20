// Payment providers, and the pieces of an order that were refunded.

import { words } from "./format.js";
import { get, offered } from "./server.js";

const ways = new Map(); // by provider name

/** Learns the title of each provider, and which are confirmed by a person. */
export async function readProviders() {
  if (!offered.has("get", "/admin/payment-providers")) return;
  for (const way of (await get("/admin/payment-providers")).data) ways.set(way.name, way);
}

export const provider = (name) => ways.get(name)?.title ?? words(name);
export const isManual = (name) => ways.get(name)?.kind === "manual";

/** Refunded pieces, by order line. */
export function refundedPieces(payments) {
  const pieces = new Map();
  for (const refund of payments.flatMap((p) => p.refunds)) {
    if (refund.status === "failed") continue;
    for (const item of refund.items ?? []) pieces.set(item.order_item_id, (pieces.get(item.order_item_id) ?? 0) + item.quantity);
  }
  return pieces;
}
