//! What a report says, in words and groups that every format shares.

pub(crate) mod blame;
pub(crate) mod body;
pub(crate) mod brief;
pub(crate) mod comparison;
pub(crate) mod gap;
pub(crate) mod likeness;
pub(crate) mod recording;
pub(crate) mod requests;
pub(crate) mod rerun;
pub(crate) mod standing;
pub(crate) mod verdict;
pub(crate) mod waiving;
