//! The faults that bend the user of a reprocessing answer after it was made right.

use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::switchboard::Switchboard;

/// Bends the user as the faults that are on say.
pub(crate) fn user(user: &mut Value, switches: &Switchboard) {
    members(user, switches);
    licenses(user, switches);
    plans(user, switches);
    if switches.fault(Fault::WrappedUser) {
        *user = json!({ "value": user.take() });
    }
    if switches.fault(Fault::UserArray) {
        *user = json!([user.take()]);
    }
    if switches.fault(Fault::NullUser) {
        *user = Value::Null;
    }
}

fn members(user: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::PhonesString) {
        user["businessPhones"] = Value::from("+1 425 555 0100");
    }
    if switches.fault(Fault::AccountEnabledString) {
        user["accountEnabled"] = Value::from("true");
    }
    if switches.fault(Fault::LongCity) {
        user["city"] = Value::from("R".repeat(129));
    }
    if switches.fault(Fault::DisplayNameNumber) {
        user["displayName"] = Value::from(47);
    }
    if switches.fault(Fault::OtherUser) {
        user["id"] = Value::from("0b5e0000-0000-4000-8000-0000000000ff");
    }
    for (fault, name, value) in [
        (Fault::NullPhones, "businessPhones", Value::Null),
        (Fault::NumericUserId, "id", 47.into()),
        (Fault::NullUserId, "id", Value::Null),
        (Fault::NullBirthday, "birthday", Value::Null),
        (
            Fault::BirthdayWithoutZone,
            "birthday",
            "1990-02-28T00:00:00".into(),
        ),
        (
            Fault::CreatedWithoutZone,
            "createdDateTime",
            "2016-09-01T08:00:00".into(),
        ),
        (Fault::NullHireDate, "hireDate", Value::Null),
        (
            Fault::NullEnrollmentLimit,
            "deviceEnrollmentLimit",
            Value::Null,
        ),
        (
            Fault::WideEnrollmentLimit,
            "deviceEnrollmentLimit",
            4_294_967_296_i64.into(),
        ),
        (Fault::NullOtherMails, "otherMails", Value::Null),
        (Fault::NullProvisionedPlans, "provisionedPlans", Value::Null),
        (Fault::NullProxyAddresses, "proxyAddresses", Value::Null),
    ] {
        if switches.fault(fault) {
            user[name] = value;
        }
    }
    if switches.fault(Fault::CityLeftOut)
        && let Some(members) = user.as_object_mut()
    {
        members.shift_remove("city");
    }
}

fn licenses(user: &mut Value, switches: &Switchboard) {
    for license in user["assignedLicenses"]
        .as_array_mut()
        .into_iter()
        .flatten()
    {
        if switches.fault(Fault::NullDisabledPlans) {
            license["disabledPlans"] = Value::Null;
        }
        if switches.fault(Fault::NumericSkuId) {
            license["skuId"] = Value::from(6);
        }
        if switches.fault(Fault::SkuIdName) {
            license["skuId"] = Value::from("ENTERPRISEPACK");
        }
    }
    if switches.fault(Fault::WrongType) {
        user["assignedLicenses"] = Value::Null;
    }
}

fn plans(user: &mut Value, switches: &Switchboard) {
    for plan in user["assignedPlans"].as_array_mut().into_iter().flatten() {
        if switches.fault(Fault::PlanDateWithoutTime) {
            plan["assignedDateTime"] = Value::from("2016-10-19");
        }
        if switches.fault(Fault::PlanDateInOtherZone) {
            plan["assignedDateTime"] = Value::from("2016-10-19T13:37:00+03:00");
        }
        if switches.fault(Fault::ServicePlanName) {
            plan["servicePlanId"] = Value::from("EXCHANGE_S_ENTERPRISE");
        }
        if switches.fault(Fault::CapabilityOn) {
            plan["capabilityStatus"] = Value::from("On");
        }
    }
    if switches.fault(Fault::NullAssignedPlans) {
        user["assignedPlans"] = Value::Null;
    }
}
