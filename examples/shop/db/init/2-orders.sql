CREATE SCHEMA orders;

CREATE TABLE orders.orders (
  id uuid PRIMARY KEY,
  number int GENERATED ALWAYS AS IDENTITY (START WITH 1001) UNIQUE,
  placed_at timestamptz NOT NULL DEFAULT now(),
  subtotal_cents int NOT NULL,
  shipping_cents int NOT NULL,
  total_cents int NOT NULL
);

CREATE TABLE orders.lines (
  order_id uuid NOT NULL REFERENCES orders.orders (id),
  position int GENERATED ALWAYS AS IDENTITY,
  product_id text NOT NULL,
  name text NOT NULL,
  quantity int NOT NULL CHECK (quantity BETWEEN 1 AND 99),
  price_cents int NOT NULL,
  PRIMARY KEY (order_id, position)
);
