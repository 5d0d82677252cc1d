"""Plans that stand many futures: by risk aversion, or by a bound on the probability that an installment is missed."""
