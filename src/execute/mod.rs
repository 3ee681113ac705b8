//! One bound request becomes one exchange.
