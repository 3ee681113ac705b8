//! The result of a bulk call, and the faults that bend it after it was made right.

use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::switchboard::Switchboard;

/// The `BulkSeatOperationResultSet` of these operations, bent as the faults that are on say.
pub(crate) fn result(
    mut done: Vec<Value>,
    mut failed: Vec<Value>,
    switches: &Switchboard,
) -> Value {
    if let Some(first) = done.first().cloned()
        && switches.fault(Fault::DuplicateEntry)
    {
        done.push(first);
    }
    if let [first, _, ..] = done.as_slice()
        && switches.fault(Fault::ExtraSeatEntry)
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
        if switches.fault(Fault::FailureReasonNumber) {
            operation["failureReason"] = Value::from(404);
        }
        if switches.fault(Fault::BareFailedOperations) {
            *operation = operation["userName"].take();
        }
    }
    let mut lists = json!({
        "seatDetails": seat_list(done, switches),
        "failedSeatOperations": failed_list(failed, switches),
    });
    if let Some(members) = lists.as_object_mut() {
        members.retain(|_, list| list != &json!([]) || !switches.fault(Fault::EmptyListLeftOut));
    }
    if switches.fault(Fault::WrappedResult) {
        json!({ "value": lists })
    } else {
        lists
    }
}

fn seat_details(seat: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::AssignedToAlias) {
        let name = seat["assignedTo"].as_str().unwrap_or_default();
        seat["assignedTo"] = Value::from(name.split('@').next().unwrap_or_default());
    }
    if switches.fault(Fault::SeatDateEpoch) {
        seat["dateAssigned"] = Value::from(1_768_471_200);
    }
    if switches.fault(Fault::SeatStateAssigned) {
        seat["state"] = Value::from("assigned");
    }
    if switches.fault(Fault::SeatStateSpelling) {
        seat["State"] = seat["state"].take();
        if let Some(members) = seat.as_object_mut() {
            members.shift_remove("state");
        }
    }
}

fn product_key(operation: &mut Value, switches: &Switchboard) {
    let key = &mut operation["productKey"];
    if switches.fault(Fault::OtherSkuInResult) {
        key["skuId"] = Value::from("0000");
    }
    if switches.fault(Fault::ProductKeyString) {
        *key = Value::from("9NBLGGH4R2R6/0016");
    }
}

fn seat_list(mut seats: Vec<Value>, switches: &Switchboard) -> Value {
    if seats.len() == 1 && switches.fault(Fault::LoneSeatDetails) {
        return seats.remove(0);
    }
    Value::Array(seats)
}

fn failed_list(operations: Vec<Value>, switches: &Switchboard) -> Value {
    if operations.is_empty() && switches.fault(Fault::NullFailedOperations) {
        return Value::Null;
    }
    Value::Array(operations)
}
