CREATE SCHEMA catalog;

CREATE TABLE catalog.products (
  id text PRIMARY KEY,
  position int NOT NULL UNIQUE,
  name text NOT NULL,
  description text NOT NULL,
  list_price_cents int NOT NULL CHECK (list_price_cents > 0),
  discount_percent int NOT NULL DEFAULT 0 CHECK (discount_percent BETWEEN 0 AND 100)
);

INSERT INTO catalog.products (id, position, name, description, list_price_cents, discount_percent) VALUES
  ('enamel-mug', 1, 'Enamel mug', 'Half a litre of coffee, and no fear of the floor.', 1890, 0),
  ('storm-lantern', 2, 'Storm lantern', 'Burns eleven hours on one filling, in any wind.', 6400, 15),
  ('brass-compass', 3, 'Brass compass', 'Oil-damped and heavy in the hand. Points north.', 8900, 0),
  ('wool-beanie', 4, 'Wool beanie', 'Knitted from undyed wool that keeps warm when wet.', 3450, 20),
  ('deck-notebook', 5, 'Deck notebook', 'Stone paper, so the log stays readable in the rain.', 1650, 0),
  ('canvas-tote', 6, 'Canvas tote', 'Sailcloth that has seen the Skagerrak before you.', 4200, 0),
  ('signal-flag', 7, 'Signal flags', 'Three flags on a line: enough to say “keep clear”.', 5200, 10),
  ('lighthouse-print', 8, 'Lighthouse print', 'Four colours on heavy paper, framed in ash.', 7800, 0);
