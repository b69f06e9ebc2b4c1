"""Why a figure changed: the causes, with money, summing to the change."""
