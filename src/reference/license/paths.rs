//! The faults of single paths of the license contract: the answers to each identity, to both ids and to later calls,
//! and each refusal.

use std::sync::LazyLock;

use crate::reference::Fault;
use crate::reference::path::Change::{
    Empty, InArray, InMember, MediaType, Remove, Set, Status, Text,
};
use crate::reference::path::{self, Flaw, Path, flaw};
use crate::reference::token::{Grant, Kind, NoGrant, Permission};

/// The facts of a call that decide its path.
#[derive(Debug)]
pub(crate) struct ReprocessCall {
    pub(crate) grant: Result<Grant, NoGrant>,
    pub(crate) is_known_user: bool,
    pub(crate) is_by_principal_name: bool,
}

impl ReprocessCall {
    /// A call about the object id of a known user with this grant.
    fn is_by(&self, kind: Kind, permission: Permission) -> bool {
        let grant = Grant { kind, permission };
        self.grant == Ok(grant) && self.is_known_user && !self.is_by_principal_name
    }
}

/// The faults, in the order of the table.
pub(super) static FAULTS: LazyLock<Vec<Fault>> = LazyLock::new(|| path::faults(PATHS));

pub(super) const PATHS: &[Path<ReprocessCall>] = &[
    Path {
        name: "user-writer",
        words: "a user with User.ReadWrite.All",
        is: |call| call.is_by(Kind::Delegated, Permission::UserReadWriteAll),
        flaws: USER,
        without_content: &[],
    },
    Path {
        name: "user-writer-app",
        words: "an application with User.ReadWrite.All",
        is: |call| call.is_by(Kind::Application, Permission::UserReadWriteAll),
        flaws: USER,
        without_content: &[],
    },
    Path {
        name: "directory-writer",
        words: "a user with Directory.ReadWrite.All",
        is: |call| call.is_by(Kind::Delegated, Permission::DirectoryReadWriteAll),
        flaws: USER,
        without_content: &[],
    },
    Path {
        name: "directory-writer-app",
        words: "an application with Directory.ReadWrite.All",
        is: |call| call.is_by(Kind::Application, Permission::DirectoryReadWriteAll),
        flaws: USER,
        without_content: &[],
    },
    Path {
        name: "by-principal-name",
        words: "a call that names the user by userPrincipalName",
        is: |call| call.grant.is_ok() && call.is_known_user && call.is_by_principal_name,
        flaws: USER,
        without_content: &[],
    },
    Path {
        name: "license-anonymous-refusal",
        words: "a call without Authorization",
        is: |call| call.grant == Err(NoGrant::Missing),
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "license-permission-refusal",
        words: "a user without permission",
        is: |call| call.is_by(Kind::Delegated, Permission::UserRead),
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "license-personal-refusal",
        words: "a personal account",
        is: |call| {
            matches!(
                call.grant,
                Ok(Grant {
                    kind: Kind::Personal,
                    ..
                })
            )
        },
        flaws: REFUSAL,
        without_content: &[],
    },
    Path {
        name: "license-unknown-user",
        words: "a call about an unknown user",
        is: |call| call.grant.is_ok() && !call.is_known_user,
        flaws: REFUSAL,
        without_content: &[],
    },
];

const USER: &[Flaw] = &[
    flaw("accepted", "LICENSE-05", "the status is 202", Status(202)),
    flaw(
        "no-content",
        "LICENSE-05",
        "there is no content",
        Empty(204),
    )
    .also(&["LICENSE-06", "LICENSE-07"]),
    flaw(
        "array-root",
        "LICENSE-06",
        "the user is in an array",
        InArray,
    )
    .also(&["LICENSE-18"]),
    flaw(
        "wrapped",
        "LICENSE-06",
        "the user is in a member `value`",
        InMember("value"),
    )
    .also(&["LICENSE-18", "LICENSE-19"]),
    flaw("not-json", "LICENSE-06", "there is no JSON", Text("done")),
    flaw(
        "html",
        "LICENSE-07",
        "the media type is text/html",
        MediaType("text/html"),
    ),
    flaw(
        "licenses-object",
        "LICENSE-08",
        "assignedLicenses is an object",
        Set("/assignedLicenses", "{}"),
    ),
    flaw(
        "sku-number",
        "LICENSE-09",
        "skuId is a number",
        Set("/assignedLicenses/*/skuId", "6"),
    ),
    flaw(
        "plans-object",
        "LICENSE-10",
        "assignedPlans is an object",
        Set("/assignedPlans", "{}"),
    ),
    flaw(
        "plan-date",
        "LICENSE-11",
        "assignedDateTime is `today`",
        Set("/assignedPlans/*/assignedDateTime", r#""today""#),
    )
    .also(&["LICENSE-12"]),
    flaw(
        "phone-numbers",
        "LICENSE-14",
        "businessPhones has a number",
        Set("/businessPhones", "[14255550100]"),
    ),
    flaw(
        "city-number",
        "LICENSE-15",
        "city is a number",
        Set("/city", "98052"),
    ),
    flaw(
        "mail-array",
        "LICENSE-17",
        "mail is an array",
        Set("/mail", "[]"),
    ),
];
const REFUSAL: &[Flaw] = &[
    flaw(
        "array-root",
        "LICENSE-27",
        "the error is in an array",
        InArray,
    ),
    flaw(
        "second-member",
        "LICENSE-27",
        "there is a member beside the error",
        Set("/status", "400"),
    ),
    flaw(
        "no-code",
        "LICENSE-27",
        "the error has no code",
        Remove("/error/code"),
    ),
    flaw(
        "message-object",
        "LICENSE-27",
        "the message is an object",
        Set("/error/message", "{}"),
    ),
    flaw(
        "not-json",
        "LICENSE-27",
        "there is no JSON",
        Text("refused"),
    ),
];
