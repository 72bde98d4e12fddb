"""The catalog: which products the shop has, and what they cost."""

import os

from database import Database
from products import describe
from service import Json, Request, Route, Service

VERSION = "1.0.0"
"""Shown at the foot of every page of the shop. Change it, save, and reload the page."""

database = Database()


def list_products(request: Request) -> Json:
    with database.transaction(request) as connection:
        rows = connection.execute("SELECT * FROM catalog.products ORDER BY position").fetchall()
    products = [describe(row) for row in rows]
    return {"products": products}


def ready(request: Request) -> Json:
    with database.transaction(request) as connection:
        connection.execute("SELECT 1 FROM catalog.products LIMIT 1")
    return {"status": "ready"}


routes = [
    Route("GET", "/products", list_products),
    Route("GET", "/readyz", ready, quiet=True),
]

if __name__ == "__main__":
    with database:
        Service("catalog", VERSION, routes).run(int(os.environ.get("PORT", "8081")))
