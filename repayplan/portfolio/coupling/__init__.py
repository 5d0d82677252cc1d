"""One option for every borrower under the bank's limits: the limits file, arrays, prices, a choice and its proof."""
