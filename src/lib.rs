//! Probity.

pub mod reference;
