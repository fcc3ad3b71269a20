// A purchase through openapi-typescript and openapi-fetch. Compiled with --strict, and without a cast.
import createClient from "openapi-fetch";
import type { components, paths } from "./shop.js";

const { SHOP, PRODUCT, SUPPORT_EMAIL, PASSWORD } = process.env;
if (!SHOP || !PRODUCT || !SUPPORT_EMAIL || !PASSWORD) throw new Error("the test sets these variables");

// Statuses are enums: a switch that forgets one does not compile, and neither does one that no order has.
function sentence(status: components["schemas"]["order"]["status"]): string {
  switch (status) {
    case "pending":
      return "waits for the payment";
    case "paid":
    case "shipped":
    case "delivered":
      return "is paid";
    case "cancelled":
      return "was cancelled";
  }
}

const shop = createClient<paths>({ baseUrl: SHOP });

async function logIn(email: string, password: string): Promise<typeof shop> {
  const { data, error } = await shop.POST("/v1/sessions", { body: { email, password } });
  if (error) throw new Error(error.detail);
  return createClient<paths>({ baseUrl: SHOP, headers: { Authorization: `Bearer ${data.access_token}` } });
}

const email = `${crypto.randomUUID()}@example.com`;
const { data: account, error: refused } = await shop.POST("/v1/accounts", { body: { email, password: PASSWORD } });
if (refused) throw new Error(refused.detail);
if (account.role !== "customer") throw new Error(account.role);
const customer = await logIn(email, PASSWORD);

// The catalogue, page by page: next_cursor is null on the last one.
let cursor: string | null = null;
let chosen: components["schemas"]["product"] | undefined;
do {
  const query: { q: string; in_stock: boolean; limit: number; cursor?: string } = { q: PRODUCT, in_stock: true, limit: 1 };
  if (cursor !== null) query.cursor = cursor;
  const { data: page, error } = await shop.GET("/v1/products", { params: { query } });
  if (error) throw new Error(error.detail);
  chosen = page.data.find((product) => product.name === PRODUCT);
  cursor = page.next_cursor;
} while (chosen === undefined && cursor !== null);
if (chosen === undefined) throw new Error("the catalogue has no such product");
const { id: product_id, price } = chosen;
if (price === null) throw new Error("it is not sold in this currency");

const added = await customer.POST("/v1/cart/items", { body: { product_id, quantity: 2 } });
if (added.error) throw new Error(added.error.detail);
if (added.data.total !== 2 * price) throw new Error(`the cart's total is ${added.data.total}`);

const ordered = await customer.POST("/v1/cart/checkout", {
  params: { header: { "Idempotency-Key": crypto.randomUUID() } },
  body: {},
});
if (ordered.error) throw new Error(ordered.error.detail);
const path = { order_id: ordered.data.id };

const begun = await customer.POST("/v1/orders/{order_id}/payments", { params: { path }, body: { provider: "mock" } });
if (begun.error) throw new Error(begun.error.detail);
const { payment, checkout_url } = begun.data;
if (checkout_url === null) throw new Error("the payment needs no page");
await fetch(checkout_url, { method: "POST", body: new URLSearchParams({ outcome: "pay" }), redirect: "manual" });

const { data: paid, error } = await customer.GET("/v1/orders/{order_id}", { params: { path } });
if (error) throw new Error(error.detail);
console.log(paid.number, sentence(paid.status), paid.amount_paid, paid.currency);

const support = await logIn(SUPPORT_EMAIL, PASSWORD);
const refunded = await support.POST("/v1/payments/{payment_id}/refunds", {
  params: { path: { payment_id: payment.id } },
  body: { reason: "It arrived broken.", amount: price },
});
if (refunded.error) throw new Error(refunded.error.detail);
if (refunded.data.status === "failed") throw new Error(refunded.data.failure_code ?? "no code");

// A refusal is typed as well: its code is a word for programs.
const again = await support.POST("/v1/payments/{payment_id}/refunds", {
  params: { path: { payment_id: payment.id } },
  body: { reason: "Once more.", amount: 2 * price },
});
console.log(refunded.data.amount, refunded.data.currency, again.error?.code);
