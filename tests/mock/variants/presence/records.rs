//! Parts of presence records that several variants put into an answer.

/// The record of somebody whom no call names, at level title.
pub(super) const UNREQUESTED: &str = r#"{
  "xuid": "2535400000009999",
  "state": "online",
  "devices": [{"type": "PC", "titles": [{"id": "1480660001", "name": "Woodgrove Racing"}]}]
}"#;

/// The record of somebody whom no call names, at level user.
pub(super) const UNREQUESTED_USER: &str = r#"{"xuid":"2535400000009999","state":"online"}"#;

/// Devices that no filter lets through.
pub(super) const DEVICES: &str = r#"[{"type":"PC"}]"#;

/// An activity of a title.
pub(super) const ACTIVITY: &str = r#"{"richPresence":"Lap 3 of 9"}"#;

/// Where somebody was seen last.
pub(super) const LAST_SEEN: &str = r#"{
  "deviceType": "PC",
  "titleId": "1480660001",
  "titleName": "Woodgrove Racing",
  "timestamp": "2016-03-01T10:20:30"
}"#;
