DROP TABLE sales.settings, sales.order_items, sales.orders, sales.order_transitions, sales.cart_items, sales.carts;
