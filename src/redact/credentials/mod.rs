//! Which names are those of credentials, which values are, and where in a text of any format their values are.

mod masked;
mod name;
mod path;
mod shape;
mod spot;
mod token;
mod value;

pub(crate) use masked::masked;
pub(crate) use name::{is_credential, is_credential_if_long};
pub(crate) use shape::shaped;
pub(crate) use spot::spots;
pub(crate) use token::is_secret_value;
