"""Backtests that users ask for and read: how forecasts of earlier days would have done."""
