// A purchase through the SDK that @hey-api/openapi-ts generates. Compiled with --strict, and without a cast.
import { createClient } from "./shop-client/client/index.js";
import {
  addCartItem,
  beginPayment,
  checkoutCart,
  createAccount,
  createRefund,
  createSession,
  getOrder,
  listProducts,
} from "./shop-client/index.js";
import type { Order, Product } from "./shop-client/index.js";

const { SHOP, PRODUCT, SUPPORT_EMAIL, PASSWORD } = process.env;
if (!SHOP || !PRODUCT || !SUPPORT_EMAIL || !PASSWORD) throw new Error("the test sets these variables");

// Every status has a sentence: one that is missing, or that no order has, does not compile.
const SENTENCES: Record<Order["status"], string> = {
  pending: "waits for the payment",
  paid: "is paid",
  shipped: "is paid",
  delivered: "is paid",
  cancelled: "was cancelled",
};

const shop = createClient({ baseUrl: SHOP });

async function logIn(email: string, password: string): Promise<typeof shop> {
  const { data } = await createSession({ client: shop, body: { email, password }, throwOnError: true });
  return createClient({ baseUrl: SHOP, auth: data.access_token ?? undefined });
}

const email = `${crypto.randomUUID()}@example.com`;
const { data: account } = await createAccount({ client: shop, body: { email, password: PASSWORD }, throwOnError: true });
if (account.role !== "customer") throw new Error(account.role);
const customer = await logIn(email, PASSWORD);

// The catalogue, page by page: next_cursor is null on the last one.
let cursor: string | undefined;
let chosen: Product | undefined;
do {
  const query = { q: PRODUCT, in_stock: true, limit: 1, cursor };
  const { data: page } = await listProducts({ client: shop, query, throwOnError: true });
  chosen = page.data.find((product) => product.name === PRODUCT);
  cursor = page.next_cursor ?? undefined;
} while (chosen === undefined && cursor !== undefined);
if (chosen === undefined) throw new Error("the catalogue has no such product");
const { id: product_id, price } = chosen;
if (price === null) throw new Error("it is not sold in this currency");

const added = await addCartItem({
  client: customer,
  body: { product_id, quantity: 2 },
  throwOnError: true,
});
if (added.data.total !== 2 * price) throw new Error(`the cart's total is ${added.data.total}`);

const { data: order } = await checkoutCart({
  client: customer,
  headers: { "Idempotency-Key": crypto.randomUUID() },
  body: {},
  throwOnError: true,
});
const path = { order_id: order.id };

const { data: begun } = await beginPayment({ client: customer, path, body: { provider: "mock" }, throwOnError: true });
if (begun.checkout_url === null) throw new Error("the payment needs no page");
await fetch(begun.checkout_url, { method: "POST", body: new URLSearchParams({ outcome: "pay" }), redirect: "manual" });

const { data: paid } = await getOrder({ client: customer, path, throwOnError: true });
console.log(paid.number, SENTENCES[paid.status], paid.amount_paid, paid.currency);

const support = await logIn(SUPPORT_EMAIL, PASSWORD);
const { data: refund } = await createRefund({
  client: support,
  path: { payment_id: begun.payment.id },
  body: { reason: "It arrived broken.", amount: price },
  throwOnError: true,
});
if (refund.status === "failed") throw new Error(refund.failure_code ?? "no code");

// A refusal is typed as well: its code is a word for programs.
const again = await createRefund({
  client: support,
  path: { payment_id: begun.payment.id },
  body: { reason: "Once more.", amount: 2 * price },
  throwOnError: false,
});
console.log(refund.amount, refund.currency, again.error?.code);
