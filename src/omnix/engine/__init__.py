"""Pure numerics: arrays in, frozen results out. Knows neither ports nor domains."""
