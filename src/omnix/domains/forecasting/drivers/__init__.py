"""What moves a forecast: effects of price and promotion, its split into drivers, what-if."""
