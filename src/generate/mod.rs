//! Values made from a JSON Schema: illegal ones of exactly one change, and random legal ones.
//!
//! Pure: no files, no clock, and random numbers only from a seed. Candidates are made generously from the keywords of a
//! schema. Whoever uses them has the compiled schema decide: an illegal value that the schema accepts is dropped, and so is
//! a legal one that it rejects. Everything is bounded: depth, number and size.

mod candidate;
mod illegal;
mod place;
mod random;
mod shrink;
mod split_mix;
#[cfg(test)]
mod tests;
mod text;

pub use illegal::{Illegal, illegal_values};
pub use place::SchemaPlace;
pub use random::random_value;
pub(crate) use random::{OF_PATTERNS, of_format};
pub use shrink::smaller;
pub use split_mix::SplitMix;
pub use text::{illegal_texts, is_legal_text};
