"""What a product costs and how it is described to other services."""


def sale_price(list_price_cents: int, discount_percent: int) -> int:
    """The price after the discount, in whole cents; half a cent goes to the customer."""
    discount_cents = (list_price_cents * discount_percent + 50) // 100
    return list_price_cents - discount_cents


def describe(row: dict[str, object]) -> dict[str, object]:
    """A product as other services see it, from its row in the database."""
    list_price = int(row["list_price_cents"])
    discount = int(row["discount_percent"])
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "listPriceCents": list_price,
        "discountPercent": discount,
        "priceCents": sale_price(list_price, discount),
    }
