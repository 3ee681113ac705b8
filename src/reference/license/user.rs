//! The users of the directory with their licenses: one of them, assigned both directly and by a group.

use serde_json::{Map, Value, json};

use crate::reference::contract::State;
use crate::reference::license::profile;
use crate::reference::switchboard::Switchboard;
use crate::reference::{Fault, Variant};

/// The users the license contract knows.
#[derive(Debug)]
pub(crate) struct Users(Vec<User>);

/// One user and the licenses assigned to them.
#[derive(Debug)]
pub(crate) struct User {
    id: &'static str,
    principal_name: &'static str,
    assignments: Vec<Assignment>,
    /// How often the licenses were reprocessed.
    calls: u32,
}

/// One license of a user, as `licenseAssignmentStates` shows it.
#[derive(Debug)]
struct Assignment {
    sku_id: &'static str,
    disabled_plans: Vec<&'static str>,
    /// `None` is a license assigned directly.
    group: Option<&'static str>,
    updated: String,
    /// What kept the license from being assigned.
    error: Option<&'static str>,
}

impl State for Users {
    /// One user whose license by group waits to be reprocessed after an error.
    fn initial() -> Self {
        let direct = Assignment {
            sku_id: "6fd2c87f-b296-42f0-b197-1e91e994b900",
            disabled_plans: vec!["11b0131d-43c8-4bbb-b2c8-e80f9a50834a"],
            group: None,
            updated: "2016-10-19T10:37:00Z".into(),
            error: None,
        };
        let by_group = Assignment {
            sku_id: "c7df2760-2c81-4ef7-b578-5b5392b571df",
            disabled_plans: vec!["8c098270-9dd4-4350-9b30-ba4703f3b36b"],
            group: Some("4e2f1f60-26a0-4f8f-9a5c-2c7a9a3a1b11"),
            updated: "2016-10-20T08:00:00Z".into(),
            error: Some("CountViolation"),
        };
        Self(vec![User {
            id: "047dd774-f1c4-40f2-82f0-278de79f9b83",
            principal_name: "adele@contoso.example",
            assignments: vec![direct, by_group],
            calls: 0,
        }])
    }

    /// The licenses of each user, by user and SKU.
    fn to_json(&self) -> Value {
        let mut users = json!({});
        for user in &self.0 {
            let licenses = user.assignments.iter();
            let licenses = licenses.map(|one| (one.sku_id.to_owned(), one.to_state()));
            users[user.id] = Value::Object(licenses.collect());
        }
        users
    }
}

impl Users {
    /// The user with this id or userPrincipalName, both compared without case.
    pub(crate) fn find(&self, id: &str) -> Option<&User> {
        self.0.iter().find(|user| user.is(id))
    }

    /// The same, to work on.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut User> {
        self.0.iter_mut().find(|user| user.is(id))
    }
}

impl User {
    /// Whether the user is addressed by object id.
    pub(crate) fn has_id(&self, id: &str) -> bool {
        self.id.eq_ignore_ascii_case(id)
    }

    fn is(&self, id: &str) -> bool {
        self.has_id(id) || self.principal_name.eq_ignore_ascii_case(id)
    }

    /// Tries again to assign the licenses that come from groups. The direct ones stay as they are.
    pub(crate) fn reprocess(&mut self, time: &str, switches: &Switchboard) {
        self.calls += 1;
        for assignment in &mut self.assignments {
            if assignment.group.is_none() && switches.fault(Fault::DIRECT_PLANS_ENABLED) {
                assignment.disabled_plans.clear();
            }
            if assignment.group.is_some() {
                time.clone_into(&mut assignment.updated);
                assignment.error = None;
            }
        }
        let has_direct = self.assignments.iter().any(|one| one.group.is_none());
        if has_direct && switches.fault(Fault::DIRECT_LICENSE_LOST) {
            self.assignments.retain(|one| one.group.is_some());
        }
    }

    /// Was the user reprocessed more than once?
    pub(crate) fn was_reprocessed_before(&self) -> bool {
        self.calls > 1
    }

    /// The user object of Graph v1.0.
    pub(crate) fn to_json(&self, switches: &Switchboard) -> Value {
        let licenses: Vec<_> = self
            .assignments
            .iter()
            .map(Assignment::to_license)
            .collect();
        let states: Vec<_> = self.assignments.iter().map(Assignment::to_state).collect();
        let plans = json!([{
            "assignedDateTime": "2016-10-19T10:37:00Z",
            "capabilityStatus": "Enabled",
            "service": "exchange",
            "servicePlanId": "bea13e0c-3828-4daa-a392-28af7ff61a0f",
        }]);
        let mut members = Map::new();
        for (name, value) in [
            (
                "@odata.context",
                "https://graph.microsoft.com/v1.0/$metadata#users/$entity".into(),
            ),
            ("id", self.id.into()),
            ("assignedLicenses", licenses.into()),
            ("assignedPlans", plans),
            ("licenseAssignmentStates", states.into()),
        ] {
            members.insert(name.to_owned(), value);
        }
        members.extend(profile::of(self.principal_name));
        let mut user = Value::Object(members);
        if switches.variant(Variant::FRACTIONAL_DATES) {
            refine_dates(&mut user);
        }
        if switches.variant(Variant::NULLABLE_MEMBERS_NULL) {
            nullify(&mut user);
        }
        if switches.variant(Variant::UPPER_CASE_GUIDS) {
            upper_case_guids(&mut user);
        }
        user
    }
}

impl Assignment {
    fn to_license(&self) -> Value {
        json!({ "disabledPlans": self.disabled_plans, "skuId": self.sku_id })
    }

    fn to_state(&self) -> Value {
        json!({
            "skuId": self.sku_id,
            "disabledPlans": self.disabled_plans,
            "assignedByGroup": self.group,
            "state": if self.error.is_some() { "Error" } else { "Active" },
            "error": self.error,
            "lastUpdatedDateTime": self.updated,
        })
    }
}

/// The user as the page shows it.
pub(crate) fn sample() -> Value {
    json!({
        "accountEnabled": true,
        "assignedLicenses": [{
            "disabledPlans": ["11b0131d-43c8-4bbb-b2c8-e80f9a50834a"],
            "skuId": "skuId-value",
        }],
        "assignedPlans": [{
            "assignedDateTime": "2016-10-19T10:37:00Z",
            "capabilityStatus": "capabilityStatus-value",
            "service": "service-value",
            "servicePlanId": "bea13e0c-3828-4daa-a392-28af7ff61a0f",
        }],
        "businessPhones": ["businessPhones-value"],
        "city": "city-value",
        "companyName": "companyName-value",
    })
}

fn refine_dates(user: &mut Value) {
    for (_, value) in user.as_object_mut().into_iter().flatten() {
        if let Some(seconds) = value.as_str().and_then(|text| text.strip_suffix(":00Z")) {
            *value = format!("{seconds}:00.1234567Z").into();
        }
    }
    for (list, name) in [
        ("assignedPlans", "assignedDateTime"),
        ("licenseAssignmentStates", "lastUpdatedDateTime"),
    ] {
        for item in user[list].as_array_mut().into_iter().flatten() {
            let date = item[name].as_str().unwrap_or_default();
            item[name] = Value::from(date.replace('Z', ".1234567Z"));
        }
    }
}

/// Nulls what the metadata calls nullable, except for what identifies the user.
fn nullify(user: &mut Value) {
    profile::nullify(user);
    for name in [
        "assignedDateTime",
        "capabilityStatus",
        "service",
        "servicePlanId",
    ] {
        user["assignedPlans"][0][name] = Value::Null;
    }
}

/// Writes the GUIDs of licenses and plans in upper case. The id of the user stays as it was asked for.
fn upper_case_guids(user: &mut Value) {
    fn shout(value: &mut Value) {
        match value {
            Value::String(text) => text.make_ascii_uppercase(),
            Value::Array(items) => items.iter_mut().for_each(shout),
            _ => {}
        }
    }
    for list in [
        "assignedLicenses",
        "assignedPlans",
        "licenseAssignmentStates",
    ] {
        for item in user[list].as_array_mut().into_iter().flatten() {
            for name in ["skuId", "disabledPlans", "servicePlanId", "assignedByGroup"] {
                if let Some(member) = item.get_mut(name) {
                    shout(member);
                }
            }
        }
    }
}
