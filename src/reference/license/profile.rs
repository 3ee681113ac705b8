//! Everything that Graph knows of a user besides the licenses: a value for each member that its metadata gives
//! to `user` in v1.0, so that a reader of the answer has each of them to look at.
//!
//! Of a member that is an object only its type is documented here, so these objects are empty.

use serde_json::{Map, Value, json};

/// The members that the metadata does not let be null.
const NOT_NULLABLE: [&str; 10] = [
    "id",
    "assignedLicenses",
    "assignedPlans",
    "birthday",
    "businessPhones",
    "deviceEnrollmentLimit",
    "hireDate",
    "otherMails",
    "provisionedPlans",
    "proxyAddresses",
];

/// Nullable ones that are never null here: they say who the user is, and which licenses are assigned how.
const KEPT: [&str; 3] = [
    "@odata.context",
    "userPrincipalName",
    "licenseAssignmentStates",
];

/// The profile of a user.
pub(crate) fn of(principal_name: &str) -> Map<String, Value> {
    let parts = [
        account(principal_name),
        person(),
        work(),
        contact(principal_name),
        on_premises(principal_name),
    ];
    let mut profile = Map::new();
    for part in parts {
        if let Value::Object(members) = part {
            profile.extend(members);
        }
    }
    profile
}

/// Makes every member null that may be.
pub(crate) fn nullify(user: &mut Value) {
    for (name, value) in user.as_object_mut().into_iter().flatten() {
        if !NOT_NULLABLE.contains(&name.as_str()) && !KEPT.contains(&name.as_str()) {
            *value = Value::Null;
        }
    }
}

fn account(principal_name: &str) -> Value {
    json!({
        "userPrincipalName": principal_name,
        "accountEnabled": true,
        "authorizationInfo": {},
        "createdDateTime": "2016-09-01T08:00:00Z",
        "creationType": "Invitation",
        "customSecurityAttributes": {},
        "deletedDateTime": null,
        "deviceEnrollmentLimit": 5,
        "externalUserState": "Accepted",
        "externalUserStateChangeDateTime": "2016-09-02T08:00:00Z",
        "identities": [{}],
        "identityParentId": "0b5e0000-0000-4000-8000-000000000001",
        "isManagementRestricted": false,
        "isResourceAccount": false,
        "lastPasswordChangeDateTime": "2016-10-01T08:00:00Z",
        "passwordPolicies": "DisablePasswordExpiration",
        "passwordProfile": {},
        "provisionedPlans": [{}],
        "securityIdentifier": "S-1-12-1-75418484-1111900274-2024318850-2206965719",
        "serviceProvisioningErrors": [{}],
        "signInActivity": {},
        "signInSessionsValidFromDateTime": "2016-10-01T08:00:00Z",
        "userType": "Guest",
    })
}

fn person() -> Value {
    json!({
        "displayName": "Adele Vance",
        "givenName": "Adele",
        "surname": "Vance",
        "preferredName": "Adele",
        "aboutMe": "Retail manager",
        "ageGroup": "Adult",
        "birthday": "1990-02-28T00:00:00Z",
        "consentProvidedForMinor": "NotRequired",
        "interests": ["sailing"],
        "legalAgeGroupClassification": "Adult",
        "pastProjects": ["atlas"],
        "preferredLanguage": "en-US",
        "responsibilities": ["inventory"],
        "schools": ["Lakeside"],
        "skills": ["planning"],
    })
}

fn work() -> Value {
    json!({
        "companyName": "Contoso",
        "department": "Retail",
        "employeeHireDate": "2016-09-01T00:00:00Z",
        "employeeId": "0042",
        "employeeLeaveDateTime": "2036-09-01T00:00:00Z",
        "employeeOrgData": {},
        "employeeType": "Employee",
        "hireDate": "2016-09-01T00:00:00Z",
        "jobTitle": "Retail Manager",
        "officeLocation": "18/2111",
        "print": {},
    })
}

fn contact(principal_name: &str) -> Value {
    json!({
        "businessPhones": ["+1 425 555 0100"],
        "city": "Redmond",
        "country": "US",
        "faxNumber": "+1 425 555 0101",
        "imAddresses": [principal_name],
        "mail": principal_name,
        "mailboxSettings": {},
        "mailNickname": "adele",
        "mobilePhone": "+1 425 555 0102",
        "mySite": "https://contoso.example/adele",
        "otherMails": ["adele@fabrikam.example"],
        "postalCode": "98052",
        "preferredDataLocation": "NAM",
        "proxyAddresses": ["SMTP:adele@contoso.example"],
        "showInAddressList": true,
        "state": "WA",
        "streetAddress": "1 Main Street",
        "usageLocation": "US",
    })
}

fn on_premises(principal_name: &str) -> Value {
    json!({
        "onPremisesDistinguishedName": "CN=Adele Vance,OU=Retail,DC=contoso,DC=example",
        "onPremisesDomainName": "contoso.example",
        "onPremisesExtensionAttributes": {},
        "onPremisesImmutableId": "hX3ZlTQ2Y0mE4rVv7n8yGg==",
        "onPremisesLastSyncDateTime": "2016-10-01T08:00:00Z",
        "onPremisesProvisioningErrors": [{}],
        "onPremisesSamAccountName": "adele",
        "onPremisesSecurityIdentifier": "S-1-5-21-1111900274-75418484-2024318850-1001",
        "onPremisesSyncEnabled": true,
        "onPremisesUserPrincipalName": principal_name,
    })
}
