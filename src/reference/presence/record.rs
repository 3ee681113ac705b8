//! From what a caller may see to `PresenceRecord`s, as deep as the level says.

use serde_json::{Map, Value, json};

use crate::reference::presence::people::{LastSeen, Title, View};
use crate::reference::presence::request::Level;
use crate::reference::switchboard::Switchboard;
use crate::reference::{Fault, Variant};

/// The records of these views.
pub(crate) fn records(views: &[View], level: Level, switches: &Switchboard) -> Vec<Value> {
    let level = if switches.fault(Fault::IGNORED_LEVEL) {
        Level::Title
    } else {
        level
    };
    views
        .iter()
        .map(|view| Value::Object(record(view, level, switches)))
        .collect()
}

fn record(view: &View, level: Level, switches: &Switchboard) -> Map<String, Value> {
    let mut record = Map::new();
    record.insert("xuid".into(), view.xuid.as_str().into());
    record.insert("state".into(), spell(view.state, switches));
    let has_devices = !view.devices.is_empty() || switches.variant(Variant::EMPTY_DEVICES);
    if level >= Level::Device && has_devices {
        let devices = view
            .devices
            .iter()
            .map(|(kind, titles)| device(kind, titles, level, switches))
            .collect();
        record.insert("devices".into(), devices);
    }
    if let Some(last_seen) = &view.last_seen {
        record.insert("lastSeen".into(), self::last_seen(last_seen, switches));
    }
    record
}

fn device(kind: &str, titles: &[Title], level: Level, switches: &Switchboard) -> Value {
    let mut device = Map::new();
    device.insert("type".into(), kind.into());
    let shows_titles = match level {
        Level::User => false,
        Level::Device => switches.fault(Fault::TITLES_AT_LEVEL_DEVICE),
        Level::Title => !switches.fault(Fault::NO_TITLES_AT_LEVEL_TITLE),
        Level::All => true,
    };
    if shows_titles {
        let titles = titles.iter().map(|one| title(one, level, switches));
        device.insert("titles".into(), titles.collect());
    }
    Value::Object(device)
}

fn title(title: &Title, level: Level, switches: &Switchboard) -> Value {
    let mut members = Map::new();
    members.insert("id".into(), title_id(title.id, switches));
    members.insert("name".into(), title.name.into());
    members.insert("placement".into(), spell(title.placement, switches));
    members.insert("state".into(), spell("active", switches));
    if let Some(rich_presence) = title.rich_presence {
        let shows_activity = if level == Level::All {
            !switches.fault(Fault::NO_ACTIVITY_AT_LEVEL_ALL)
        } else {
            level == Level::Title && switches.fault(Fault::ACTIVITY_AT_LEVEL_TITLE)
        };
        if shows_activity {
            members.insert("activity".into(), activity(rich_presence));
        }
    }
    if !switches.variant(Variant::TITLES_WITHOUT_TIME) {
        members.insert("lastModified".into(), time(switches).into());
    }
    Value::Object(members)
}

fn activity(rich_presence: &str) -> Value {
    json!({
        "richPresence": rich_presence,
        "media": { "id": "m-1", "idType": "provider", "name": "Contoso Trailer" },
    })
}

/// A `LastSeenRecord`.
pub(crate) fn last_seen(last_seen: &LastSeen, switches: &Switchboard) -> Value {
    json!({
        "deviceType": last_seen.device_type,
        "titleId": title_id(last_seen.title_id, switches),
        "titleName": last_seen.title_name,
        "timestamp": time(switches),
    })
}

/// Title ids are numbers by type and strings in the samples and in the field.
fn title_id(id: u32, switches: &Switchboard) -> Value {
    if switches.variant(Variant::NUMERIC_TITLE_IDS) {
        id.into()
    } else {
        id.to_string().into()
    }
}

/// The service writes seven fractional digits and no zone; the time is in UTC.
fn time(switches: &Switchboard) -> &'static str {
    if switches.variant(Variant::ZONED_DATES) {
        "2012-09-17T07:15:23.493Z"
    } else {
        "2012-09-17T07:15:23.4930000"
    }
}

/// An enumerated value as this deployment spells it.
fn spell(value: &str, switches: &Switchboard) -> Value {
    if !switches.variant(Variant::CAPITALISED_ENUMS) {
        return value.into();
    }
    let (first, rest) = value.split_at(value.len().min(1));
    (first.to_ascii_uppercase() + rest).into()
}
