"""Promotions that are planned: recorded ahead, so that forecasts expect them."""
