"""What a cart costs."""

from dataclasses import dataclass

from service import Json, Refusal

MOST_LINES = 50
MOST_PIECES = 99


@dataclass(frozen=True)
class Shipping:
    """What shipping costs, and from which sum on it costs nothing."""

    cents: int
    free_from_cents: int


@dataclass(frozen=True)
class Line:
    """A product in a cart, with the number of pieces."""

    product_id: str
    quantity: int


def read_lines(body: Json) -> list[Line]:
    """The lines of a cart as another service sends them."""
    lines = body.get("lines")
    if not isinstance(lines, list) or len(lines) > MOST_LINES:
        raise Refusal(400, f"A cart is a list of at most {MOST_LINES} lines.")
    return [_read_line(line) for line in lines]


def quote(lines: list[Line], products: list[Json], shipping: Shipping) -> Json:
    """What the lines cost. Products that are no longer on sale are left out and named."""
    on_sale = {product["id"]: product for product in products}
    priced = [_price(line, on_sale[line.product_id]) for line in lines if line.product_id in on_sale]
    subtotal = sum(line["totalCents"] for line in priced)
    shipping_cents = 0 if not priced or subtotal >= shipping.free_from_cents else shipping.cents
    return {
        "lines": priced,
        "unavailable": [line.product_id for line in lines if line.product_id not in on_sale],
        "subtotalCents": subtotal,
        "shippingCents": shipping_cents,
        "totalCents": subtotal + shipping_cents,
    }


def _price(line: Line, product: Json) -> Json:
    price = product["priceCents"]
    return {
        "productId": line.product_id,
        "name": product["name"],
        "quantity": line.quantity,
        "priceCents": price,
        "totalCents": price * line.quantity,
    }


def _read_line(line: object) -> Line:
    if isinstance(line, dict):
        product_id, quantity = line.get("productId"), line.get("quantity")
        if isinstance(product_id, str) and type(quantity) is int and 1 <= quantity <= MOST_PIECES:
            return Line(product_id, quantity)
    raise Refusal(400, f"A line of a cart has a productId and a quantity from 1 to {MOST_PIECES}.")
