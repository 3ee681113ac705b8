//! The faults of the license contract, and the changes that some of them make to the user of an answer.

use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::switchboard::Switchboard;

crate::reference::fault::faults! {
    /// POST on reprocessLicenseAssignment is answered with 404.
    LICENSE_NOT_SERVED "license-not-served" "LICENSE-01" + "LICENSE-02" + "LICENSE-22"
    /// Users are found by userPrincipalName only.
    OBJECT_ID_REFUSED "object-id-refused" "LICENSE-02" + "LICENSE-01"
    /// A reprocessing call without a body is refused.
    LICENSE_BODY_REQUIRED "license-body-required" "LICENSE-04" + "LICENSE-26"
    /// Reprocessing answers 202 instead of 200.
    WRONG_STATUS "wrong-status" "LICENSE-05"
    /// Every call after the first for the same user answers 202.
    LATER_CALL_IS_202 "later-call-is-202" "LICENSE-05"
    /// The user is wrapped in a member `value`.
    WRAPPED_USER "wrapped-user" "LICENSE-06" + "LICENSE-18" + "LICENSE-19"
    /// The user is wrapped in an array.
    USER_ARRAY "user-array" "LICENSE-06" + "LICENSE-18"
    /// Instead of the user there is null.
    NULL_USER "null-user" "LICENSE-06" + "LICENSE-18"
    /// The reprocessed user is typed text/plain.
    LICENSE_TEXT_PLAIN "license-text-plain" "LICENSE-07"
    /// The assignedLicenses of the user are null.
    WRONG_TYPE "wrong-type" "LICENSE-08"
    /// The disabledPlans of a license are null.
    NULL_DISABLED_PLANS "null-disabled-plans" "LICENSE-09"
    /// The skuId of a license is a number.
    NUMERIC_SKU_ID "numeric-sku-id" "LICENSE-09"
    /// The assignedPlans of the user are null.
    NULL_ASSIGNED_PLANS "null-assigned-plans" "LICENSE-10"
    /// The assignedDateTime of a plan is a date without a time.
    PLAN_DATE_WITHOUT_TIME "plan-date-without-time" "LICENSE-11" + "LICENSE-12"
    /// The servicePlanId of a plan is not a GUID.
    SERVICE_PLAN_NAME "service-plan-name" "LICENSE-11"
    /// The assignedDateTime of a plan is in another zone than UTC.
    PLAN_DATE_IN_OTHER_ZONE "plan-date-in-other-zone" "LICENSE-12"
    /// The capabilityStatus of a plan is `On`.
    CAPABILITY_ON "capability-on" "LICENSE-13"
    /// The businessPhones are null.
    NULL_PHONES "null-phones" "LICENSE-14"
    /// The businessPhones are one string.
    PHONES_STRING "phones-string" "LICENSE-14"
    /// The accountEnabled is a string.
    ACCOUNT_ENABLED_STRING "account-enabled-string" "LICENSE-15"
    /// The city has 129 characters.
    LONG_CITY "long-city" "LICENSE-16"
    /// The displayName is a number.
    DISPLAY_NAME_NUMBER "display-name-number" "LICENSE-17"
    /// The id of the user is a number.
    NUMERIC_USER_ID "numeric-user-id" "LICENSE-17" + "LICENSE-18"
    /// The id of the user is null.
    NULL_USER_ID "null-user-id" "LICENSE-17" + "LICENSE-18"
    /// The birthday is null.
    NULL_BIRTHDAY "null-birthday" "LICENSE-17"
    /// The birthday has no zone.
    BIRTHDAY_WITHOUT_ZONE "birthday-without-zone" "LICENSE-17"
    /// The createdDateTime has no zone.
    CREATED_WITHOUT_ZONE "created-without-zone" "LICENSE-17"
    /// The hireDate is null.
    NULL_HIRE_DATE "null-hire-date" "LICENSE-17"
    /// The deviceEnrollmentLimit is null.
    NULL_ENROLLMENT_LIMIT "null-enrollment-limit" "LICENSE-17"
    /// The deviceEnrollmentLimit does not fit into 32 bits.
    WIDE_ENROLLMENT_LIMIT "wide-enrollment-limit" "LICENSE-17"
    /// The otherMails are null.
    NULL_OTHER_MAILS "null-other-mails" "LICENSE-17"
    /// The provisionedPlans are null.
    NULL_PROVISIONED_PLANS "null-provisioned-plans" "LICENSE-17"
    /// The proxyAddresses are null.
    NULL_PROXY_ADDRESSES "null-proxy-addresses" "LICENSE-17"
    /// The user of the answer is another one.
    OTHER_USER "other-user" "LICENSE-18"
    /// The city is left out.
    CITY_LEFT_OUT "city-left-out" "LICENSE-19"
    /// A reprocessing call without Authorization is executed.
    LICENSE_ANONYMOUS "license-anonymous" "LICENSE-20"
    /// A reprocessing call without Authorization is answered with 401, and executed all the same.
    REPROCESSED_DESPITE_401 "reprocessed-despite-401" "LICENSE-20"
    /// A reprocessing call without Authorization is refused with 400.
    LICENSE_ANONYMOUS_IS_400 "license-anonymous-is-400" "LICENSE-21"
    /// The permission of the token is not checked.
    PERMISSION_IGNORED "permission-ignored" "LICENSE-22"
    /// The application permission User.ReadWrite.All is refused.
    USER_WRITER_APP_REFUSED "user-writer-app-refused" "LICENSE-23"
    /// The permission Directory.ReadWrite.All is refused.
    DIRECTORY_WRITER_REFUSED "directory-writer-refused" "LICENSE-24"
    /// A personal account may reprocess licenses.
    LICENSE_PERSONAL_ACCEPTED "license-personal-accepted" "LICENSE-25"
    /// An unknown user is refused with 400.
    UNKNOWN_USER_IS_400 "unknown-user-is-400" "LICENSE-26"
    /// An unknown user is 200, with an error in the body.
    UNKNOWN_USER_IS_200 "unknown-user-is-200" "LICENSE-26" + "LICENSE-06" + "LICENSE-19"
    /// An error about licenses has its members at the top.
    FLAT_LICENSE_ERROR "flat-license-error" "LICENSE-27"
    /// An error about licenses is an HTML page.
    HTML_LICENSE_ERROR "html-license-error" "LICENSE-27"
    /// An error about licenses is one JSON text.
    LICENSE_ERROR_TEXT "license-error-text" "LICENSE-27"
    /// The code of an error about licenses is a number.
    LICENSE_ERROR_CODE_NUMBER "license-error-code-number" "LICENSE-27"
    /// An error about licenses has a string as innerError.
    INNER_ERROR_STRING "inner-error-string" "LICENSE-28"
    /// Every third reprocessing call is 429, and does not say when to come again.
    LICENSE_THROTTLE_SILENT "license-throttle-silent" "LICENSE-29"
    /// GET on reprocessLicenseAssignment is served.
    LICENSE_GET_SERVED "license-get-served" "LICENSE-30"
    /// Reprocessing drops the licenses that were assigned directly.
    DIRECT_LICENSE_LOST "direct-license-lost" "LICENSE-31" hindering_undo
    /// Reprocessing enables the plans that were disabled in a direct license.
    DIRECT_PLANS_ENABLED "direct-plans-enabled" "LICENSE-31" hindering_undo
    /// The skuId of a license is not a GUID.
    SKU_ID_NAME "sku-id-name" "LICENSE-33"
}

/// Changes the user as the active faults require.
pub(crate) fn user(user: &mut Value, switches: &Switchboard) {
    members(user, switches);
    licenses(user, switches);
    plans(user, switches);
    if switches.fault(Fault::WRAPPED_USER) {
        *user = json!({ "value": user.take() });
    }
    if switches.fault(Fault::USER_ARRAY) {
        *user = json!([user.take()]);
    }
    if switches.fault(Fault::NULL_USER) {
        *user = Value::Null;
    }
}

fn members(user: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::PHONES_STRING) {
        user["businessPhones"] = Value::from("+1 425 555 0100");
    }
    if switches.fault(Fault::ACCOUNT_ENABLED_STRING) {
        user["accountEnabled"] = Value::from("true");
    }
    if switches.fault(Fault::LONG_CITY) {
        user["city"] = Value::from("R".repeat(129));
    }
    if switches.fault(Fault::DISPLAY_NAME_NUMBER) {
        user["displayName"] = Value::from(47);
    }
    if switches.fault(Fault::OTHER_USER) {
        user["id"] = Value::from("0b5e0000-0000-4000-8000-0000000000ff");
    }
    for (fault, name, value) in [
        (Fault::NULL_PHONES, "businessPhones", Value::Null),
        (Fault::NUMERIC_USER_ID, "id", 47.into()),
        (Fault::NULL_USER_ID, "id", Value::Null),
        (Fault::NULL_BIRTHDAY, "birthday", Value::Null),
        (
            Fault::BIRTHDAY_WITHOUT_ZONE,
            "birthday",
            "1990-02-28T00:00:00".into(),
        ),
        (
            Fault::CREATED_WITHOUT_ZONE,
            "createdDateTime",
            "2016-09-01T08:00:00".into(),
        ),
        (Fault::NULL_HIRE_DATE, "hireDate", Value::Null),
        (
            Fault::NULL_ENROLLMENT_LIMIT,
            "deviceEnrollmentLimit",
            Value::Null,
        ),
        (
            Fault::WIDE_ENROLLMENT_LIMIT,
            "deviceEnrollmentLimit",
            4_294_967_296_i64.into(),
        ),
        (Fault::NULL_OTHER_MAILS, "otherMails", Value::Null),
        (
            Fault::NULL_PROVISIONED_PLANS,
            "provisionedPlans",
            Value::Null,
        ),
        (Fault::NULL_PROXY_ADDRESSES, "proxyAddresses", Value::Null),
    ] {
        if switches.fault(fault) {
            user[name] = value;
        }
    }
    if switches.fault(Fault::CITY_LEFT_OUT)
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
        if switches.fault(Fault::NULL_DISABLED_PLANS) {
            license["disabledPlans"] = Value::Null;
        }
        if switches.fault(Fault::NUMERIC_SKU_ID) {
            license["skuId"] = Value::from(6);
        }
        if switches.fault(Fault::SKU_ID_NAME) {
            license["skuId"] = Value::from("ENTERPRISEPACK");
        }
    }
    if switches.fault(Fault::WRONG_TYPE) {
        user["assignedLicenses"] = Value::Null;
    }
}

fn plans(user: &mut Value, switches: &Switchboard) {
    for plan in user["assignedPlans"].as_array_mut().into_iter().flatten() {
        if switches.fault(Fault::PLAN_DATE_WITHOUT_TIME) {
            plan["assignedDateTime"] = Value::from("2016-10-19");
        }
        if switches.fault(Fault::PLAN_DATE_IN_OTHER_ZONE) {
            plan["assignedDateTime"] = Value::from("2016-10-19T13:37:00+03:00");
        }
        if switches.fault(Fault::SERVICE_PLAN_NAME) {
            plan["servicePlanId"] = Value::from("EXCHANGE_S_ENTERPRISE");
        }
        if switches.fault(Fault::CAPABILITY_ON) {
            plan["capabilityStatus"] = Value::from("On");
        }
    }
    if switches.fault(Fault::NULL_ASSIGNED_PLANS) {
        user["assignedPlans"] = Value::Null;
    }
}
