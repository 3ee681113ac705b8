//! The faults of single paths of the seats contract: the answers to each kind of bulk call.

use std::sync::LazyLock;

use crate::reference::Fault;
use crate::reference::path::Change::{Empty, First, InArray, MediaType, Set, Status};
use crate::reference::path::{self, Flaw, Path, flaw};

/// The facts of a bulk call that decide its path.
#[derive(Debug, Default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts of one call"
)]
pub(crate) struct BulkCall {
    pub(crate) is_assign: bool,
    /// The action is written with a capital.
    pub(crate) is_capitalised: bool,
    /// The parameters are in the query.
    pub(crate) is_query: bool,
    /// The entry has few seats.
    pub(crate) is_restricted: bool,
    /// How many users are named.
    pub(crate) users: usize,
    /// How many of them nobody knows.
    pub(crate) unknown: usize,
}

impl BulkCall {
    /// An ordinary call with the action assign or reclaim in lower case, in the body.
    fn is_plain(&self, is_assign: bool) -> bool {
        self.is_assign == is_assign && !self.is_capitalised && !self.is_query && !self.is_restricted
    }
}

/// The faults, in the order of the table.
pub(super) static FAULTS: LazyLock<Vec<Fault>> = LazyLock::new(|| path::faults(PATHS));

pub(super) const PATHS: &[Path<BulkCall>] = &[
    Path {
        name: "bulk-one",
        words: "an assignment for one user",
        is: |call| call.is_plain(true) && call.users == 1 && call.unknown == 0,
        flaws: RESULT,
        without_content: &[],
    },
    Path {
        name: "bulk-many",
        words: "an assignment for several users",
        is: |call| call.is_plain(true) && call.users > 1 && call.unknown == 0,
        flaws: SEVERAL,
        without_content: &[],
    },
    Path {
        name: "bulk-mixed",
        words: "an assignment for a known and an unknown user",
        is: |call| call.is_plain(true) && call.unknown > 0,
        flaws: MIXED,
        without_content: &[],
    },
    Path {
        name: "reclaim-one",
        words: "a reclaim from one user",
        is: |call| call.is_plain(false) && call.users == 1,
        flaws: RESULT,
        without_content: &[],
    },
    Path {
        name: "reclaim-many",
        words: "a reclaim from several users",
        is: |call| call.is_plain(false) && call.users > 1 && call.unknown == 0,
        flaws: SEVERAL,
        without_content: &[],
    },
    Path {
        name: "reclaim-mixed",
        words: "a reclaim from a known and an unknown user",
        is: |call| call.is_plain(false) && call.unknown > 0,
        flaws: MIXED,
        without_content: &[],
    },
    Path {
        name: "bulk-capitalised",
        words: "a call with a capital in the action",
        is: |call| call.is_capitalised,
        flaws: RESULT,
        without_content: &[],
    },
    Path {
        name: "bulk-by-query",
        words: "a call with its parameters in the query",
        is: |call| call.is_query,
        flaws: RESULT,
        without_content: &[],
    },
    Path {
        name: "bulk-restricted",
        words: "a call for an entry with few seats",
        is: |call| call.is_restricted,
        flaws: RESTRICTED,
        without_content: &[],
    },
];

const NO_CONTENT: Flaw = flaw("no-content", "SEATS-15", "there is no content", Empty(204))
    .also(&["SEATS-30", "SEATS-31"]);
const ARRAY_ROOT: Flaw = flaw(
    "array-root",
    "SEATS-15",
    "the result is in an array",
    InArray,
)
.also(&["SEATS-14"]);
const DETAILS_OBJECT: Flaw = flaw(
    "details-object",
    "SEATS-16",
    "seatDetails is the first seat alone",
    First("/seatDetails"),
)
.also(&["SEATS-13", "SEATS-14"]);
const FAILURES_OBJECT: Flaw = flaw(
    "failures-object",
    "SEATS-17",
    "failedSeatOperations is an object",
    Set("/failedSeatOperations", "{}"),
)
.also(&["SEATS-14", "SEATS-26"]);
const DATE_TODAY: Flaw = flaw(
    "date-today",
    "SEATS-20",
    "dateAssigned is `today`",
    Set("/seatDetails/*/dateAssigned", r#""today""#),
);
const STATE_PENDING: Flaw = flaw(
    "state-pending",
    "SEATS-21",
    "the state is `pending`",
    Set("/seatDetails/*/state", r#""pending""#),
);
const KEY_STRING: Flaw = flaw(
    "key-string",
    "SEATS-23",
    "the product key of a seat is a string",
    Set("/seatDetails/*/productKey", r#""9NBLGGH4R2R6/0016""#),
)
.also(&["SEATS-24"]);
const OTHER_PRODUCT: Flaw = flaw(
    "other-product",
    "SEATS-24",
    "the product key of a seat has another product",
    Set("/seatDetails/*/productKey/productId", r#""9WZDNCRFHVJL""#),
);
const CREATED: Flaw = flaw("created", "SEATS-30", "the status is 201", Status(201));
const HTML: Flaw = flaw(
    "html",
    "SEATS-31",
    "the media type is text/html",
    MediaType("text/html"),
);

const RESULT: &[Flaw] = &[
    NO_CONTENT,
    ARRAY_ROOT,
    DETAILS_OBJECT,
    FAILURES_OBJECT,
    DATE_TODAY,
    STATE_PENDING,
    KEY_STRING,
    OTHER_PRODUCT,
    CREATED,
    HTML,
];
const SEVERAL: &[Flaw] = &[
    NO_CONTENT,
    ARRAY_ROOT,
    DETAILS_OBJECT,
    FAILURES_OBJECT,
    flaw(
        "assigned-to-alias",
        "SEATS-19",
        "assignedTo has no domain",
        Set("/seatDetails/0/assignedTo", r#""alex""#),
    )
    .also(&["SEATS-13"]),
    DATE_TODAY,
    STATE_PENDING,
    KEY_STRING,
    OTHER_PRODUCT,
    CREATED,
    HTML,
];
const RESTRICTED: &[Flaw] = &[
    NO_CONTENT,
    ARRAY_ROOT,
    DETAILS_OBJECT,
    FAILURES_OBJECT,
    DATE_TODAY,
    STATE_PENDING,
    KEY_STRING,
    CREATED,
    HTML,
];
const MIXED: &[Flaw] = &[
    NO_CONTENT,
    ARRAY_ROOT,
    DETAILS_OBJECT,
    FAILURES_OBJECT,
    DATE_TODAY,
    STATE_PENDING,
    KEY_STRING,
    flaw(
        "failed-key-string",
        "SEATS-23",
        "the product key of a failure is a string",
        Set(
            "/failedSeatOperations/*/productKey",
            r#""9NBLGGH4R2R6/0016""#,
        ),
    )
    .also(&["SEATS-24"]),
    flaw(
        "reason-number",
        "SEATS-25",
        "the reason of a failure is a number",
        Set("/failedSeatOperations/*/failureReason", "404"),
    ),
    flaw(
        "name-null",
        "SEATS-25",
        "the user of a failure is null",
        Set("/failedSeatOperations/*/userName", "null"),
    )
    .also(&["SEATS-26"]),
    CREATED,
    HTML,
];
