"""A cloud on this machine: the shipped template on ministack, our handlers as Lambda runs them, and what feeds them."""
