//! The faults of single paths of the presence contract: the answers with each filter, at each level, to each caller.

use std::sync::LazyLock;

use crate::reference::Fault;
use crate::reference::path::Change::{Empty, InArray, InMember, MediaType, Push, Set, Text};
use crate::reference::path::{self, Flaw, Path, flaw};
use crate::reference::presence::people::CALLER;
use crate::reference::presence::request::{BatchRequest, Level};
use crate::reference::token::XboxCaller;

/// The facts of a call that decide its path.
#[derive(Debug)]
pub(crate) struct BatchCall {
    pub(crate) request: BatchRequest,
    pub(crate) caller: XboxCaller,
}

/// The faults, in the order of the table.
pub(super) static FAULTS: LazyLock<Vec<Fault>> = LazyLock::new(|| path::faults(PATHS));

pub(super) const PATHS: &[Path<BatchCall>] = &[
    Path {
        name: "own-xuid",
        words: "a call about the caller",
        is: |call| call.request.users == [CALLER],
        flaws: OWN,
        without_content: &["PRESENCE-33"],
    },
    Path {
        name: "online-only",
        words: "a call with onlineOnly",
        is: |call| call.request.is_online_only,
        flaws: RECORDS,
        without_content: &[],
    },
    Path {
        name: "online-only-false",
        words: "a call with onlineOnly false",
        is: |call| call.request.says_online_only_false,
        flaws: RECORDS,
        without_content: &[],
    },
    Path {
        name: "device-types",
        words: "a call with deviceTypes alone",
        is: |call| call.request.device_types.is_some() && call.request.titles.is_none(),
        flaws: RECORDS,
        without_content: &["PRESENCE-09"],
    },
    Path {
        name: "titles",
        words: "a call with titles alone",
        is: |call| call.request.titles.is_some() && call.request.device_types.is_none(),
        flaws: RECORDS,
        without_content: &["PRESENCE-12", "PRESENCE-13"],
    },
    Path {
        name: "both-filters",
        words: "a call with deviceTypes and titles",
        is: |call| call.request.titles.is_some() && call.request.device_types.is_some(),
        flaws: RECORDS,
        without_content: &[],
    },
    Path {
        name: "level-user",
        words: "a call at level user",
        is: |call| call.request.level == Level::User && call.request.entries < 1100,
        flaws: SHALLOW,
        without_content: &["PRESENCE-19", "PRESENCE-29"],
    },
    Path {
        name: "level-device",
        words: "a call at level device",
        is: |call| call.request.level == Level::Device,
        flaws: SHALLOW,
        without_content: &["PRESENCE-19", "PRESENCE-29"],
    },
    Path {
        name: "level-all",
        words: "a call at level all",
        is: |call| call.request.level == Level::All,
        flaws: SHALLOW,
        without_content: &["PRESENCE-19", "PRESENCE-24", "PRESENCE-29"],
    },
    Path {
        name: "1100-users",
        words: "a call about 1100 users",
        is: |call| call.request.entries == 1100,
        flaws: SHALLOW,
        without_content: &["PRESENCE-03"],
    },
    Path {
        name: "third-party",
        words: "a call of a third-party site",
        is: |call| call.caller == XboxCaller::ThirdPartySite,
        flaws: SHALLOW,
        without_content: &["PRESENCE-36"],
    },
];

const NO_CONTENT: Flaw = flaw(
    "no-content",
    "PRESENCE-01",
    "there is no content",
    Empty(204),
)
.also(&["PRESENCE-26", "PRESENCE-30"]);
const WRAPPED: Flaw = flaw(
    "wrapped",
    "PRESENCE-38",
    "the records are in a member `records`",
    InMember("records"),
)
.also(&["PRESENCE-39"]);
const NESTED: Flaw = flaw(
    "array-in-array",
    "PRESENCE-38",
    "the records are in an array too many",
    InArray,
);
const NOT_JSON: Flaw = flaw(
    "not-json",
    "PRESENCE-38",
    "there is no JSON",
    Text("online"),
)
.also(&["PRESENCE-39"]);
const OTHER_USER: Flaw = flaw(
    "other-user",
    "PRESENCE-40",
    "there is a record of a user who was not asked for",
    Push("", r#"{ "xuid": "2814600000009999", "state": "away" }"#),
)
.also(&["PRESENCE-30"]);
const STATE_PENDING: Flaw = flaw(
    "state-pending",
    "PRESENCE-41",
    "the state is `pending`",
    Set("/*/state", r#""pending""#),
);
const HTML: Flaw = flaw(
    "html",
    "PRESENCE-55",
    "the media type is text/html",
    MediaType("text/html"),
);
const ACTIVITY: Flaw = flaw(
    "activity",
    "PRESENCE-25",
    "titles have an activity",
    Set(
        "/*/devices/*/titles/*/activity",
        r#"{ "richPresence": "Thinking" }"#,
    ),
);

const SHALLOW: &[Flaw] = &[
    NO_CONTENT,
    WRAPPED,
    NESTED,
    NOT_JSON,
    OTHER_USER,
    STATE_PENDING,
    HTML,
];
const RECORDS: &[Flaw] = &[
    NO_CONTENT,
    ACTIVITY,
    WRAPPED,
    NESTED,
    NOT_JSON,
    OTHER_USER,
    STATE_PENDING,
    HTML,
];
const OWN: &[Flaw] = RECORDS;
