//! The faults of the seats contract, and the result of a bulk call, which some of them change.

use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::switchboard::Switchboard;

crate::reference::fault::faults! {
    /// POST on the seats of an inventory entry is answered with 405.
    SEATS_NOT_SERVED "seats-not-served" "SEATS-01" + "SEATS-28" + "SEATS-13" + "SEATS-26" + "SEATS-27"
    /// The SKU of the path is not checked, so a SKU that the tenant does not own is served.
    SKU_NOT_CHECKED "sku-not-checked" "SEATS-02" + "SEATS-28"
    /// A path without the SKU is served with the first SKU of the product.
    SEGMENT_OPTIONAL "segment-optional" "SEATS-03"
    /// The user names are dropped: the answer is a success about nobody.
    NAMES_IGNORED "names-ignored" "SEATS-04" + "SEATS-07" + "SEATS-08" + "SEATS-13" + "SEATS-14" + "SEATS-26" + "SEATS-27" + "SEATS-34"
    /// A JSON body is refused with 415.
    JSON_BODY_REFUSED "json-body-refused" "SEATS-05" + "SEATS-13" + "SEATS-26" + "SEATS-27"
    /// The action assign is refused as unknown.
    ASSIGN_REFUSED "assign-refused" "SEATS-07" + "SEATS-12" + "SEATS-13" + "SEATS-26" + "SEATS-27"
    /// A reclaim uses the seats as they were at the start, so it finds none to reclaim.
    STALE_STATE "stale-state" "SEATS-08" + "SEATS-35" hindering_undo
    /// The action reclaim is refused as unknown.
    RECLAIM_REFUSED "reclaim-refused" "SEATS-08" + "SEATS-13" hindering_undo
    /// The action must be written in lower case.
    ACTION_CASE_SENSITIVE "action-case-sensitive" "SEATS-09"
    /// Assign with a capital is taken for reclaim.
    PASCAL_ASSIGN_RECLAIMS "pascal-assign-reclaims" "SEATS-09"
    /// An unknown action is taken for assign.
    UNKNOWN_ACTION_ASSIGNS "unknown-action-assigns" "SEATS-10"
    /// A call without user names is a success about nobody.
    NAMELESS_CALL_ACCEPTED "nameless-call-accepted" "SEATS-11"
    /// A call without an action is taken for assign.
    MISSING_ACTION_ASSIGNS "missing-action-assigns" "SEATS-11"
    /// User names with an at sign are refused.
    UPN_REFUSED "upn-refused" "SEATS-12" + "SEATS-07" + "SEATS-13" + "SEATS-26" + "SEATS-27"
    /// Of several user names only the first is processed.
    ONLY_FIRST_NAME "only-first-name" "SEATS-13" + "SEATS-14" + "SEATS-26" + "SEATS-34" + "SEATS-36" hindering_undo
    /// Of several user names only the first loses its seat.
    RECLAIM_ONLY_FIRST_NAME "reclaim-only-first-name" "SEATS-13" + "SEATS-14" hindering_undo
    /// The result of a call for several users contains a user of another tenant.
    EXTRA_SEAT_ENTRY "extra-seat-entry" "SEATS-14"
    /// The first entry of the result is there twice.
    DUPLICATE_ENTRY "duplicate-entry" "SEATS-14"
    /// The result is wrapped in a member `value`.
    WRAPPED_RESULT "wrapped-result" "SEATS-15" + "SEATS-14" + "SEATS-18"
    /// A list of one seat is given as the seat itself.
    LONE_SEAT_DETAILS "lone-seat-details" "SEATS-16" + "SEATS-14"
    /// The failed operations are bare user names.
    BARE_FAILED_OPERATIONS "bare-failed-operations" "SEATS-17" + "SEATS-26"
    /// The failed operations are null if there are none.
    NULL_FAILED_OPERATIONS "null-failed-operations" "SEATS-17" + "SEATS-18"
    /// An empty list is left out of the result.
    EMPTY_LIST_LEFT_OUT "empty-list-left-out" "SEATS-18"
    /// The user of a seat is given by the name before the at sign.
    ASSIGNED_TO_ALIAS "assigned-to-alias" "SEATS-19" + "SEATS-04" + "SEATS-07" + "SEATS-08" + "SEATS-13" + "SEATS-27"
    /// The date of a seat counts seconds since 1970.
    SEAT_DATE_EPOCH "seat-date-epoch" "SEATS-20"
    /// The state of a seat is `assigned`.
    SEAT_STATE_ASSIGNED "seat-state-assigned" "SEATS-21"
    /// The member `state` of a seat is spelled `State`.
    SEAT_STATE_SPELLING "seat-state-spelling" "SEATS-22"
    /// The product key is one string.
    PRODUCT_KEY_STRING "product-key-string" "SEATS-23" + "SEATS-24"
    /// The product key names another SKU than the path.
    OTHER_SKU_IN_RESULT "other-sku-in-result" "SEATS-24"
    /// The reason of a failed operation is a number.
    FAILURE_REASON_NUMBER "failure-reason-number" "SEATS-25"
    /// A user nobody knows gets a seat.
    UNKNOWN_USER_GRANTED "unknown-user-granted" "SEATS-26" + "SEATS-27"
    /// One unknown user makes the whole call fail with 404.
    UNKNOWN_USER_FAILS_CALL "unknown-user-fails-call" "SEATS-27" + "SEATS-26"
    /// An inventory entry nobody owns is refused with 400 instead of 404.
    UNKNOWN_ENTRY_IS_400 "unknown-entry-is-400" "SEATS-28" + "SEATS-02"
    /// The seats success is 202 instead of 200.
    SEATS_ACCEPTED "seats-accepted" "SEATS-30"
    /// The seats success is typed text/plain.
    SEATS_TEXT_PLAIN "seats-text-plain" "SEATS-31"
    /// A seats call without a token is executed.
    NO_AUTHENTICATION "no-authentication" "SEATS-32"
    /// A seats call without a token is answered with 401, and executed all the same.
    REFUSED_BUT_EXECUTED "refused-but-executed" "SEATS-32"
    /// A reclaim without a token is executed.
    RECLAIM_ANONYMOUS "reclaim-anonymous" "SEATS-32"
    /// The 401 of the seats has no WWW-Authenticate.
    CHALLENGE_MISSING "challenge-missing" "SEATS-33"
    /// An assigned seat is acknowledged and not stored.
    SEAT_NOT_STORED "seat-not-stored" "SEATS-34" + "SEATS-08"
    /// A reclaim takes back every seat of the entry, no matter who was named.
    RECLAIM_TAKES_ALL "reclaim-takes-all" "SEATS-34"
    /// The read of one seat shows a seat that was taken back as active.
    SEAT_READ_STALE "seat-read-stale" "SEATS-35"
    /// A reclaimed seat is acknowledged and stays active.
    SEAT_KEPT "seat-kept" "SEATS-35" hindering_undo
    /// The restricted product gives out more seats than it has.
    RESTRICTION_IGNORED "restriction-ignored" "SEATS-36"
    /// A bulk call gives seats of an offline entry too.
    OFFLINE_SEATS_GIVEN "offline-seats-given" "SEATS-38"
}

/// The `BulkSeatOperationResultSet` of these operations, changed as the active faults require.
pub(crate) fn result(
    mut done: Vec<Value>,
    mut failed: Vec<Value>,
    switches: &Switchboard,
) -> Value {
    if let Some(first) = done.first().cloned()
        && switches.fault(Fault::DUPLICATE_ENTRY)
    {
        done.push(first);
    }
    if let [first, _, ..] = done.as_slice()
        && switches.fault(Fault::EXTRA_SEAT_ENTRY)
    {
        let mut stranger = first.clone();
        stranger["assignedTo"] = Value::from("zoe@fabrikam.example");
        done.push(stranger);
    }
    for seat in &mut done {
        seat_details(seat, switches);
    }
    for operation in done.iter_mut().chain(&mut failed) {
        product_key(operation, switches);
    }
    for operation in &mut failed {
        if switches.fault(Fault::FAILURE_REASON_NUMBER) {
            operation["failureReason"] = Value::from(404);
        }
        if switches.fault(Fault::BARE_FAILED_OPERATIONS) {
            *operation = operation["userName"].take();
        }
    }
    let mut lists = json!({
        "seatDetails": seat_list(done, switches),
        "failedSeatOperations": failed_list(failed, switches),
    });
    if let Some(members) = lists.as_object_mut() {
        members.retain(|_, list| list != &json!([]) || !switches.fault(Fault::EMPTY_LIST_LEFT_OUT));
    }
    if switches.fault(Fault::WRAPPED_RESULT) {
        json!({ "value": lists })
    } else {
        lists
    }
}

fn seat_details(seat: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::ASSIGNED_TO_ALIAS) {
        let name = seat["assignedTo"].as_str().unwrap_or_default();
        seat["assignedTo"] = Value::from(name.split('@').next().unwrap_or_default());
    }
    if switches.fault(Fault::SEAT_DATE_EPOCH) {
        seat["dateAssigned"] = Value::from(1_768_471_200);
    }
    if switches.fault(Fault::SEAT_STATE_ASSIGNED) {
        seat["state"] = Value::from("assigned");
    }
    if switches.fault(Fault::SEAT_STATE_SPELLING) {
        seat["State"] = seat["state"].take();
        if let Some(members) = seat.as_object_mut() {
            members.shift_remove("state");
        }
    }
}

fn product_key(operation: &mut Value, switches: &Switchboard) {
    let key = &mut operation["productKey"];
    if switches.fault(Fault::OTHER_SKU_IN_RESULT) {
        key["skuId"] = Value::from("0000");
    }
    if switches.fault(Fault::PRODUCT_KEY_STRING) {
        *key = Value::from("9NBLGGH4R2R6/0016");
    }
}

fn seat_list(mut seats: Vec<Value>, switches: &Switchboard) -> Value {
    if seats.len() == 1 && switches.fault(Fault::LONE_SEAT_DETAILS) {
        return seats.remove(0);
    }
    Value::Array(seats)
}

fn failed_list(operations: Vec<Value>, switches: &Switchboard) -> Value {
    if operations.is_empty() && switches.fault(Fault::NULL_FAILED_OPERATIONS) {
        return Value::Null;
    }
    Value::Array(operations)
}
