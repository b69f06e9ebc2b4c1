"""The catalogue: products, bundles, categories, price history."""
