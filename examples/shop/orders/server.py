"""The orders: what a cart costs, and what was bought."""

import os

import catalog
import storage
from database import Database
from pricing import Shipping, quote, read_lines
from service import Json, Refusal, Request, Route, Service

VERSION = "1.0.0"
"""Shown at the foot of every page of the shop. Change it, save, and reload the page."""

ORDER = r"/orders/(?P<id>[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})"
BESTSELLERS = 2

shipping = Shipping(
    cents=int(os.environ.get("SHOP_SHIPPING_CENTS", "490")),
    free_from_cents=int(os.environ.get("SHOP_FREE_SHIPPING_FROM_CENTS", "8000")),
)
database = Database()


def make_quote(request: Request) -> Json:
    lines = read_lines(request.body)
    return quote(lines, catalog.products(request) if lines else [], shipping)


def place_order(request: Request) -> Json:
    """The caller chooses the id, so that sending the same order twice places it once."""
    order_id = request.parts["id"]
    with database.transaction(request) as connection:
        placed = storage.load(connection, order_id)
    if placed is not None:
        return placed
    offer = make_quote(request)
    if not offer["lines"]:
        raise Refusal(409, "There is nothing in the cart that is on sale.")
    with database.transaction(request) as connection:
        storage.save(connection, order_id, offer)
        return storage.load(connection, order_id) or {}


def show_order(request: Request) -> Json:
    with database.transaction(request) as connection:
        order = storage.load(connection, request.parts["id"])
    if order is None:
        raise Refusal(404, "There is no such order.")
    return order


def list_bestsellers(request: Request) -> Json:
    with database.transaction(request) as connection:
        return {"bestsellers": storage.bestsellers(connection, BESTSELLERS)}


def ready(request: Request) -> Json:
    with database.transaction(request) as connection:
        connection.execute("SELECT 1 FROM orders.orders LIMIT 1")
    return {"status": "ready"}


routes = [
    Route("POST", "/quote", make_quote),
    Route("PUT", ORDER, place_order),
    Route("GET", ORDER, show_order),
    Route("GET", "/bestsellers", list_bestsellers),
    Route("GET", "/readyz", ready, quiet=True),
]

if __name__ == "__main__":
    with database:
        Service("orders", VERSION, routes).run(int(os.environ.get("PORT", "8082")))
