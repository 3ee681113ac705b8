//! Which names are those of credentials, and where in a text of any format their values are.

mod name;
mod shape;
mod spot;
mod value;

pub(crate) use name::{is_credential, is_credential_if_long};
pub(crate) use shape::shaped;
pub(crate) use spot::spots;
