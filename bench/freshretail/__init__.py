"""FreshRetailNet: demand after stock-out correction, as its publisher scores it."""
