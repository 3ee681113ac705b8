//! The faults that bend presence records after they were made right.

use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::presence::people::CALLER;
use crate::reference::presence::request::{BatchRequest, Level};
use crate::reference::switchboard::Switchboard;

/// Bends the records as the faults that are on say.
pub(crate) fn records(records: &mut Vec<Value>, request: &BatchRequest, switches: &Switchboard) {
    for record in &mut *records {
        states(record, request, switches);
        last_seen(record, switches);
        for device in items(record, "devices") {
            for title in items(device, "titles") {
                self::title(title, switches);
            }
            self::device(device, switches);
        }
    }
    who(records, request, switches);
}

/// Faults about whose record it is.
fn who(records: &mut Vec<Value>, request: &BatchRequest, switches: &Switchboard) {
    let has_several = request.users.len() > 1;
    if let ([asked], [record]) = (request.users.as_slice(), records.as_mut_slice())
        && asked != CALLER
        && switches.fault(Fault::LoneUserIsCaller)
    {
        record["xuid"] = CALLER.into();
    }
    if has_several && !records.is_empty() && switches.fault(Fault::ExtraRecord) {
        // Away and without devices, so that neither filters nor onlineOnly have a say in it.
        records.push(json!({ "xuid": "2814600000009999", "state": "away" }));
    }
    if let [first, _, ..] = records.as_slice()
        && switches.fault(Fault::DuplicateRecord)
    {
        records.push(first.clone());
    }
    if let [_, .., last] = records.as_mut_slice()
        && switches.fault(Fault::MissingMember)
    {
        remove(last, "xuid");
    }
    for record in records {
        let number = record["xuid"]
            .as_str()
            .and_then(|xuid| xuid.parse::<u64>().ok());
        if let Some(number) = number
            && switches.fault(Fault::NumericXuid)
        {
            record["xuid"] = number.into();
        }
    }
}

/// Faults about how state, devices and lastSeen belong together.
fn states(record: &mut Value, request: &BatchRequest, switches: &Switchboard) {
    let state = record["state"]
        .as_str()
        .unwrap_or_default()
        .to_ascii_lowercase();
    if request.says_online_only_false && switches.fault(Fault::OnlineOnlyFalsePrunes) {
        remove(record, "devices");
    }
    let device_count = record["devices"].as_array().map_or(0, Vec::len);
    if state == "online" && switches.fault(Fault::StatePlaying) {
        record["state"] = "playing".into();
    }
    if state == "away" && switches.fault(Fault::StateBusy) {
        record["state"] = "busy".into();
    }
    if state == "online" && device_count == 1 && switches.fault(Fault::OnlineWithoutDevice) {
        remove(record, "devices");
    }
    let was_seen = state == "offline" && !record["lastSeen"].is_null();
    if was_seen && request.level >= Level::Device && switches.fault(Fault::OfflineOnDevice) {
        remove(record, "lastSeen");
        record["devices"] = json!([{ "type": "Web" }]);
    }
    if device_count > 1 && switches.fault(Fault::LastSeenWhileOnline) {
        record["lastSeen"] = json!({
            "deviceType": "W8",
            "titleId": "23452345",
            "titleName": "Contoso Gamehelp",
            "timestamp": "2012-09-17T07:15:23.4930000",
        });
    }
}

fn last_seen(record: &mut Value, switches: &Switchboard) {
    if let Some(last_seen) = record.get_mut("lastSeen")
        && switches.fault(Fault::LastSeenEpoch)
    {
        last_seen["timestamp"] = 1_347_866_123.into();
    }
}

fn device(device: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::NumericDeviceType) {
        device["type"] = 8.into();
    }
    if device["titles"].is_array() && switches.fault(Fault::TitlesObject) {
        let titles = device["titles"].take();
        let titles = titles.as_array().into_iter().flatten();
        device["titles"] = titles
            .map(|title| {
                (
                    title["id"].as_str().unwrap_or_default().to_owned(),
                    title.clone(),
                )
            })
            .collect();
    }
}

fn title(title: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::WideTitleId) {
        title["id"] = "4294967296".into();
    }
    if switches.fault(Fault::NullTitleName) {
        title["name"] = Value::Null;
    }
    if switches.fault(Fault::PlacementDocked) {
        title["placement"] = "docked".into();
    }
    if switches.fault(Fault::TitleStateRunning) {
        title["state"] = "running".into();
    }
    if title.get("lastModified").is_some() {
        if switches.fault(Fault::BadDate) {
            title["lastModified"] = "17/09/2012 07:15:23".into();
        }
        if switches.fault(Fault::TitleTimestamp) {
            title["timestamp"] = title["lastModified"].take();
            remove(title, "lastModified");
        }
    }
    if let Some(activity) = title.get_mut("activity")
        && switches.fault(Fault::RichPresenceObject)
    {
        activity["richPresence"] = json!({ "text": activity["richPresence"].take() });
    }
}

/// The items of an array member, or none.
fn items<'a>(owner: &'a mut Value, name: &str) -> impl Iterator<Item = &'a mut Value> {
    owner
        .get_mut(name)
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
}

fn remove(owner: &mut Value, name: &str) {
    if let Some(members) = owner.as_object_mut() {
        members.shift_remove(name);
    }
}
