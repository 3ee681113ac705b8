//! What a report says, in words and groups that every format shares.

pub(crate) mod advice;
pub(crate) mod body;
pub(crate) mod case;
pub(crate) mod causes;
pub(crate) mod comparison;
pub(crate) mod diff;
pub(crate) mod exchanges;
pub(crate) mod gap;
pub(crate) mod known;
pub(crate) mod matrix;
pub(crate) mod reasons;
pub(crate) mod refused;
pub(crate) mod trend;
pub(crate) mod verdict;
pub(crate) mod waivers;
