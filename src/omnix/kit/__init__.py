"""The words everyone shares: ids, money, time, paging, errors, events, declarations."""
