import unittest

from pricing import Line, Shipping, quote, read_lines
from service import Refusal

PRODUCTS = [
    {"id": "mug", "name": "Mug", "priceCents": 1800},
    {"id": "lantern", "name": "Lantern", "priceCents": 6200},
]
SHIPPING = Shipping(cents=490, free_from_cents=8000)


class Quote(unittest.TestCase):
    def test_adds_lines_and_shipping(self) -> None:
        offer = quote([Line("mug", 2)], PRODUCTS, SHIPPING)
        line = {"productId": "mug", "name": "Mug", "quantity": 2, "priceCents": 1800, "totalCents": 3600}
        self.assertEqual(offer["lines"], [line])
        self.assertEqual((offer["subtotalCents"], offer["shippingCents"], offer["totalCents"]), (3600, 490, 4090))

    def test_ships_large_orders_for_nothing(self) -> None:
        offer = quote([Line("mug", 1), Line("lantern", 1)], PRODUCTS, SHIPPING)
        self.assertEqual((offer["shippingCents"], offer["totalCents"]), (0, 8000))

    def test_an_empty_cart_costs_nothing(self) -> None:
        self.assertEqual(quote([], [], SHIPPING)["totalCents"], 0)

    def test_names_what_is_no_longer_on_sale(self) -> None:
        offer = quote([Line("mug", 1), Line("kite", 3)], PRODUCTS, SHIPPING)
        self.assertEqual(offer["unavailable"], ["kite"])
        self.assertEqual(offer["subtotalCents"], 1800)


class ReadLines(unittest.TestCase):
    def test_reads_products_and_quantities(self) -> None:
        self.assertEqual(read_lines({"lines": [{"productId": "mug", "quantity": 2}]}), [Line("mug", 2)])

    def test_refuses_what_is_no_cart(self) -> None:
        line = {"productId": "mug", "quantity": 1}
        wrong = [{}, {"lines": "mug"}, {"lines": ["mug"]}, {"lines": [line] * 51}]
        wrong += [{"lines": [{**line, "quantity": quantity}]} for quantity in (0, 100, 1.5, "1", True, None)]
        for body in wrong:
            with self.subTest(body=body), self.assertRaises(Refusal):
                read_lines(body)


if __name__ == "__main__":
    unittest.main()
