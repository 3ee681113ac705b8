//! The Autopilot device identities of the tenant, with the user each is assigned to.

use serde_json::{Map, Value, json};

use crate::reference::Variant;
use crate::reference::contract::State;
use crate::reference::switchboard::Switchboard;

/// The device identities the autopilot contract knows.
#[derive(Debug)]
pub(crate) struct Devices(Vec<Device>);

/// One device identity.
#[derive(Debug)]
pub(crate) struct Device {
    id: &'static str,
    serial_number: &'static str,
    pub(crate) display_name: &'static str,
    pub(crate) group_tag: &'static str,
    /// The user the device is assigned to; `None` for either after it was taken away.
    pub(crate) user_principal_name: Option<String>,
    pub(crate) addressable_user_name: Option<String>,
    /// The two as they were at the last read.
    last_read: (Option<String>, Option<String>),
}

impl State for Devices {
    /// Two devices, both assigned to the same user.
    fn initial() -> Self {
        let device = |id, serial_number, display_name| Device {
            id,
            serial_number,
            display_name,
            group_tag: "tag-1",
            user_principal_name: Some("alex@contoso.example".into()),
            addressable_user_name: Some("Alex".into()),
            last_read: (None, None),
        };
        Self(vec![
            device("fac6f0b1-f0b1-fac6-b1f0-c6fab1f0c6fa", "SN-0001", "dev-1"),
            device("5b1e6a10-6a10-5b1e-106a-1e5b106a1e5b", "SN-0002", "dev-2"),
        ])
    }

    /// What calls can change of each device, by its id.
    fn to_json(&self) -> Value {
        let devices = self.0.iter().map(|device| {
            let changeable = json!({
                "displayName": device.display_name,
                "groupTag": device.group_tag,
                "userPrincipalName": device.user_principal_name,
                "addressableUserName": device.addressable_user_name,
            });
            (device.id.to_owned(), changeable)
        });
        Value::Object(devices.collect())
    }
}

impl Devices {
    /// Takes the user from every device.
    pub(crate) fn unassign_all(&mut self) {
        for device in &mut self.0 {
            device.user_principal_name = None;
            device.addressable_user_name = None;
        }
    }

    /// The device with this id, compared without case.
    pub(crate) fn find_mut(&mut self, id: &str) -> Option<&mut Device> {
        self.0
            .iter_mut()
            .find(|device| device.id.eq_ignore_ascii_case(id))
    }
}

impl Device {
    /// The user as a read shows it now: both names.
    fn shown_user(&mut self, switches: &Switchboard) -> (Option<String>, Option<String>) {
        let now = (
            self.user_principal_name.clone(),
            self.addressable_user_name.clone(),
        );
        let before = std::mem::replace(&mut self.last_read, now.clone());
        if switches.variant(Variant::LATE_EFFECT) {
            before
        } else {
            now
        }
    }

    /// The windowsAutopilotDeviceIdentity of Graph. A user that was taken away is an empty string, as seen
    /// live.
    pub(crate) fn show(&mut self, version: &str, switches: &Switchboard) -> Value {
        let (user, name) = self.shown_user(switches);
        let mut device = json!({
            "@odata.context": format!(
                "https://graph.microsoft.com/{version}/$metadata#deviceManagement/windowsAutopilotDeviceIdentities/$entity"
            ),
            "id": self.id,
            "groupTag": self.group_tag,
            "purchaseOrderIdentifier": "po-1",
            "serialNumber": self.serial_number,
            "productKey": "pk-1",
            "manufacturer": "Contoso",
            "model": "Model 1",
            "enrollmentState": "enrolled",
            "lastContactedDateTime": "2016-12-31T23:58:44.2908994-08:00",
            "addressableUserName": name.as_deref().unwrap_or_default(),
            "userPrincipalName": user.as_deref().unwrap_or_default(),
            "resourceName": "",
            "skuNumber": "",
            "systemFamily": "",
            "azureActiveDirectoryDeviceId": "00000000-0000-0000-0000-000000000000",
            "managedDeviceId": "00000000-0000-0000-0000-000000000000",
            "displayName": self.display_name,
        });
        if let Some(members) = device.as_object_mut() {
            if version == "beta" {
                add_beta_members(members);
            }
            vary_missing_user(members, switches);
        }
        if switches.variant(Variant::WRAPPED_IDENTITY) {
            device = json!({ "value": device });
        }
        device
    }
}

/// A name that was taken away is an empty string up to here.
fn vary_missing_user(members: &mut Map<String, Value>, switches: &Switchboard) {
    for name in ["addressableUserName", "userPrincipalName"] {
        if members.get(name) != Some(&Value::from("")) {
            continue;
        }
        if switches.variant(Variant::ABSENT_AFTER_UNASSIGN) {
            members.shift_remove(name);
        } else if switches.variant(Variant::NULL_AFTER_UNASSIGN) {
            members.insert(name.to_owned(), Value::Null);
        }
    }
}

fn add_beta_members(members: &mut Map<String, Value>) {
    for (name, value) in [
        ("azureAdDeviceId", "00000000-0000-0000-0000-000000000000"),
        ("deploymentProfileAssignmentStatus", "assignedInSync"),
        ("deploymentProfileAssignmentDetailedStatus", "none"),
        (
            "deploymentProfileAssignedDateTime",
            "2016-12-31T23:57:05.3889692-08:00",
        ),
        ("remediationState", "noRemediationRequired"),
        (
            "remediationStateLastModifiedDateTime",
            "2016-12-31T23:57:15.4195184-08:00",
        ),
        ("deviceAccountUpn", ""),
        ("deviceAccountPassword", ""),
        ("deviceFriendlyName", ""),
        ("userlessEnrollmentStatus", "unknown"),
    ] {
        members.insert(name.to_owned(), Value::from(value));
    }
}
