const { env } = process;

/** Settings of this service. In the cluster they come from the ConfigMap `shop-settings`. */
export const settings = Object.freeze({
  port: Number(env.PORT ?? 8080),
  title: env.SHOP_TITLE ?? 'Harbour Supply',
  banner: env.SHOP_BANNER ?? '',
  currency: env.SHOP_CURRENCY ?? 'EUR',
  catalogUrl: env.CATALOG_URL ?? 'http://localhost:8081',
  ordersUrl: env.ORDERS_URL ?? 'http://localhost:8082',
});
