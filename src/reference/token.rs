//! Who calls: the tokens the deployment knows, and what each may do. They are public constants, the ones of
//! `targets/reference.yaml`; none is a secret. A token of the token endpoint has a number behind its name.

use axum::http::{HeaderMap, header};

/// The caller of a presence method.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum XboxCaller {
    /// The user `self` of the fixtures.
    User,
    /// A site that is not of the service and acts for a user.
    ThirdPartySite,
    /// A token without the XUID claim.
    WithoutXuid,
}

/// The kind of a Microsoft Graph token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A signed-in user of a work or school account.
    Delegated,
    /// An application by itself.
    Application,
    /// A signed-in user of a personal account.
    Personal,
}

/// The one permission a Microsoft Graph token of the deployment carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Permission {
    /// `User.Read`.
    UserRead,
    /// `User.ReadWrite.All`.
    UserReadWriteAll,
    /// `Directory.ReadWrite.All`.
    DirectoryReadWriteAll,
    /// `DeviceManagementServiceConfig.ReadWrite.All`.
    ServiceConfigReadWriteAll,
}

/// What a Microsoft Graph token grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) kind: Kind,
    pub(crate) permission: Permission,
}

/// Why there is no grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoGrant {
    /// The call carries no bearer token.
    Missing,
    /// The token is none of those the deployment knows.
    Unknown,
}

const STORE_ADMIN: &str = "store-admin";

const GRANTS: [(&str, Kind, Permission); 7] = [
    (
        "delegated-user-readwrite-all",
        Kind::Delegated,
        Permission::UserReadWriteAll,
    ),
    (
        "application-user-readwrite-all",
        Kind::Application,
        Permission::UserReadWriteAll,
    ),
    (
        "delegated-directory-readwrite-all",
        Kind::Delegated,
        Permission::DirectoryReadWriteAll,
    ),
    (
        "application-directory-readwrite-all",
        Kind::Application,
        Permission::DirectoryReadWriteAll,
    ),
    ("delegated-user-read", Kind::Delegated, Permission::UserRead),
    (
        "delegated-devicemanagementserviceconfig-readwrite-all",
        Kind::Delegated,
        Permission::ServiceConfigReadWriteAll,
    ),
    ("personal-account", Kind::Personal, Permission::UserRead),
];

/// Whether the call carries any credentials.
pub(crate) fn is_anonymous(headers: &HeaderMap) -> bool {
    credentials(headers).is_none()
}

/// Whether the call comes from the administrator of the store.
pub(crate) fn is_store_admin(headers: &HeaderMap) -> bool {
    bearer(headers) == Some(STORE_ADMIN)
}

/// Whether there is a token of this name.
pub(crate) fn is_known(name: &str) -> bool {
    name == STORE_ADMIN || GRANTS.iter().any(|(known, ..)| *known == name)
}

/// The caller of a presence method, if the token is known.
pub(crate) fn xbox_caller(headers: &HeaderMap) -> Option<XboxCaller> {
    let (scheme, token) = credentials(headers)?;
    if !scheme.eq_ignore_ascii_case("XBL3.0") {
        return None;
    }
    match token {
        "x=1001;presence-caller" => Some(XboxCaller::User),
        "x=1002;presence-third-party" => Some(XboxCaller::ThirdPartySite),
        "x=1003;presence-without-xuid" => Some(XboxCaller::WithoutXuid),
        _ => None,
    }
}

/// What the Microsoft Graph token of the call grants.
pub(crate) fn grant(headers: &HeaderMap) -> Result<Grant, NoGrant> {
    let token = bearer(headers).ok_or(NoGrant::Missing)?;
    GRANTS
        .iter()
        .find(|(known, _, _)| *known == token)
        .map(|&(_, kind, permission)| Grant { kind, permission })
        .ok_or(NoGrant::Unknown)
}

/// The bearer token of the call, without its number.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = credentials(headers)?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let name = match token.split_once('.') {
        Some((name, number)) if is_number(number) => name,
        _ => token,
    };
    scheme.eq_ignore_ascii_case("Bearer").then_some(name)
}

/// Scheme and the rest of the Authorization field. The scheme is compared without case: RFC 9110 section
/// 11.1. A field that is given twice counts as none.
fn credentials(headers: &HeaderMap) -> Option<(&str, &str)> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let field = fields.next()?.to_str().ok()?;
    if fields.next().is_some() {
        return None;
    }
    let (scheme, token) = field.trim().split_once(' ')?;
    Some((scheme, token.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authorized(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        headers
    }

    #[test]
    fn the_scheme_is_compared_without_case_and_the_token_with_it() {
        assert!(is_store_admin(&authorized("bEARER store-admin")));
        assert!(!is_store_admin(&authorized("Bearer Store-Admin")));
        assert!(!is_store_admin(&authorized("Basic store-admin")));
        assert!(is_store_admin(&authorized("Bearer store-admin.12")));
        assert!(!is_store_admin(&authorized("Bearer store-admin.x")));
    }

    #[test]
    fn a_missing_token_differs_from_an_unknown_one() {
        assert_eq!(grant(&HeaderMap::new()), Err(NoGrant::Missing));
        assert_eq!(grant(&authorized("Bearer x")), Err(NoGrant::Unknown));
        assert_eq!(grant(&authorized("Bearer")), Err(NoGrant::Missing));
    }

    #[test]
    fn the_user_hash_belongs_to_the_token() {
        let caller = xbox_caller(&authorized("XBL3.0 x=1001;presence-caller"));
        assert_eq!(caller, Some(XboxCaller::User));
        let stolen = xbox_caller(&authorized("XBL3.0 x=1002;presence-caller"));
        assert_eq!(stolen, None);
    }
}
