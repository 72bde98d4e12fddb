import unittest

from products import describe, sale_price


class SalePrice(unittest.TestCase):
    def test_takes_the_discount_off(self) -> None:
        cases = [(2400, 0, 2400), (2400, 15, 2040), (2490, 50, 1245), (999, 10, 899), (1, 50, 0), (500, 100, 0)]
        for list_price, discount, expected in cases:
            with self.subTest(list_price=list_price, discount=discount):
                self.assertEqual(sale_price(list_price, discount), expected)


class Describe(unittest.TestCase):
    def test_says_both_prices(self) -> None:
        row = {
            "id": "mug",
            "name": "Mug",
            "description": "Holds tea.",
            "list_price_cents": 2000,
            "discount_percent": 10,
            "position": 1,
        }
        self.assertEqual(
            describe(row),
            {
                "id": "mug",
                "name": "Mug",
                "description": "Holds tea.",
                "listPriceCents": 2000,
                "discountPercent": 10,
                "priceCents": 1800,
            },
        )


if __name__ == "__main__":
    unittest.main()
