"""Orders in the database."""

from database import Connection
from service import Json


def save(connection: Connection, order_id: str, quote: Json) -> None:
    """Stores an order. One that is there already stays as it is."""
    inserted = connection.execute(
        """
        INSERT INTO orders.orders (id, subtotal_cents, shipping_cents, total_cents) VALUES (%s, %s, %s, %s)
        ON CONFLICT (id) DO NOTHING RETURNING id
        """,
        (order_id, quote["subtotalCents"], quote["shippingCents"], quote["totalCents"]),
    ).fetchone()
    if inserted is None:
        return
    connection.cursor().executemany(
        """
        INSERT INTO orders.lines (order_id, product_id, name, quantity, price_cents)
        VALUES (%(orderId)s, %(productId)s, %(name)s, %(quantity)s, %(priceCents)s)
        """,
        [{"orderId": order_id, **line} for line in quote["lines"]],
    )


def load(connection: Connection, order_id: str) -> Json | None:
    """The order with this id, if there is one."""
    order = connection.execute("SELECT * FROM orders.orders WHERE id = %s", (order_id,)).fetchone()
    if order is None:
        return None
    lines = connection.execute("SELECT * FROM orders.lines WHERE order_id = %s ORDER BY position", (order_id,))
    return {
        "id": str(order["id"]),
        "number": order["number"],
        "placedAt": order["placed_at"].isoformat(),
        "lines": [_line(row) for row in lines],
        "subtotalCents": order["subtotal_cents"],
        "shippingCents": order["shipping_cents"],
        "totalCents": order["total_cents"],
    }


def bestsellers(connection: Connection, most: int) -> list[Json]:
    """The products of which most pieces were ordered, best first."""
    rows = connection.execute(
        """
        SELECT product_id, sum(quantity)::int AS sold FROM orders.lines
        GROUP BY product_id ORDER BY sold DESC, product_id LIMIT %s
        """,
        (most,),
    )
    return [{"productId": row["product_id"], "sold": row["sold"]} for row in rows]


def _line(row: dict[str, object]) -> Json:
    return {
        "productId": row["product_id"],
        "name": row["name"],
        "quantity": row["quantity"],
        "priceCents": row["price_cents"],
        "totalCents": row["price_cents"] * row["quantity"],
    }
