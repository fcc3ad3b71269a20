-- What can only be known when all orders are there: stock, balances, the vocabulary of the search.
-- Run by db/demo/scale.py; the names in parentheses are its numbers.

CREATE TEMPORARY TABLE scale_moved ON COMMIT DROP AS
SELECT m.product_id, -sum(m.on_hand_delta)::bigint AS sold, sum(m.reserved_delta)::bigint AS reserved
FROM catalog.stock_movements AS m WHERE m.product_id IN (SELECT p.id FROM scale_products AS p) GROUP BY m.product_id;

-- One in twenty is sold out.
INSERT INTO catalog.stock (product_id, on_hand, reserved)
SELECT p.id,
       coalesce(m.reserved, 0) + CASE WHEN p.stocked < 0.05 THEN 0 ELSE floor(400 * p.stocked ^ 2)::bigint END,
       coalesce(m.reserved, 0)
FROM scale_products AS p LEFT JOIN scale_moved AS m ON m.product_id = p.id ORDER BY p.id;

INSERT INTO catalog.stock_movements (id, product_id, kind, on_hand_delta, reserved_delta, reason, actor_id, created_at)
SELECT uuidv7(p.created_at - now()), p.id, 'adjustment', s.on_hand + coalesce(m.sold, 0), 0, 'first stock',
       p.merchant_id, p.created_at
FROM scale_products AS p
JOIN catalog.stock AS s ON s.product_id = p.id
LEFT JOIN scale_moved AS m ON m.product_id = p.id
WHERE s.on_hand + coalesce(m.sold, 0) > 0 ORDER BY p.id;

INSERT INTO ledger.balance_parts (account_id, part, balance)
SELECT t.credit_account, 0, sum(t.amount) FROM ledger.transfers AS t
WHERE t.credit_account IN (SELECT m.earnings_id FROM scale_merchants AS m) GROUP BY t.credit_account;

INSERT INTO catalog.search_words (word, stem, shorter)
SELECT w.word, w.stem, catalog.shorten_word(w.word)
FROM (SELECT DISTINCT s.word, s.stem
      FROM catalog.products AS p
      CROSS JOIN LATERAL catalog.search_words(p.name, p.description, p.attributes, catalog.search_config()) AS s) AS w
ON CONFLICT DO NOTHING;
