//! Which names are those of credentials, and where in a text of any format their values are.

mod name;
mod spot;

pub(crate) use name::{is_credential, is_credential_if_long};
pub(crate) use spot::{shaped, spots};
