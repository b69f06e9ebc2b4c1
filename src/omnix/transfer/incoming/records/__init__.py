"""Products, customers, stock and daily sales, judged row by row."""
