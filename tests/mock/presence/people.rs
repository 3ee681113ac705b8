//! The people whom the mock knows, and the records that it shows of them.

use serde_json::{Value, json};

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Caller {
    Me,
    Site,
}

/// How deep a record goes.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub(super) enum Depth {
    User,
    Device,
    Title,
    All,
}

/// What somebody shows.
#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Online,
    Away,
    Offline,
    /// Nothing but the XUID.
    Withheld,
}

/// A title: its id, its name, and its rich presence.
type Title = (u32, &'static str, Option<&'static str>);

/// Somebody whom the mock knows.
#[derive(Clone, Debug)]
pub(super) struct Person {
    xuid: &'static str,
    state: State,
    devices: Vec<(&'static str, Vec<Title>)>,
}

/// Returns the person with that XUID.
pub(super) fn find(xuid: &str) -> Option<Person> {
    const RACE: Title = (1_480_660_001, "Woodgrove Racing", Some("Lap 3 of 9"));
    const SHOP: Title = (1_480_660_002, "Woodgrove Shop", None);
    const CHESS: Title = (1_480_660_003, "Woodgrove Chess", Some("White to move"));
    const CARDS: Title = (1_480_660_009, "Woodgrove Cards", None);
    let (xuid, state, devices) = match xuid {
        "2535400000000001" => (
            "2535400000000001",
            State::Online,
            vec![("Xbox360", vec![SHOP])],
        ),
        "2535400000000101" => (
            "2535400000000101",
            State::Online,
            vec![("Xbox360", vec![RACE, SHOP]), ("MoLIVE", vec![CHESS])],
        ),
        "2535400000000102" => (
            "2535400000000102",
            State::Online,
            vec![("WindowsPhone7", vec![CARDS])],
        ),
        "2535400000000103" => ("2535400000000103", State::Offline, vec![]),
        "2535400000000104" => ("2535400000000104", State::Away, vec![("Web", vec![])]),
        // To others, who hides is offline.
        "2535400000000105" => ("2535400000000105", State::Offline, vec![]),
        "2535400000000106" => ("2535400000000106", State::Withheld, vec![]),
        "2535400000000201" => (
            "2535400000000201",
            State::Online,
            vec![("MoLIVE", vec![CHESS])],
        ),
        "2535400000000202" => (
            "2535400000000202",
            State::Online,
            vec![("MoLIVE", vec![RACE])],
        ),
        "2535400000000203" => ("2535400000000203", State::Withheld, vec![]),
        "2535400000000301" => ("2535400000000301", State::Online, vec![("PC", vec![CHESS])]),
        "2535400000000302" => ("2535400000000302", State::Withheld, vec![]),
        "2535400000000303" => ("2535400000000303", State::Offline, vec![]),
        _ => return None,
    };
    Some(Person {
        xuid,
        state,
        devices,
    })
}

impl Person {
    pub(super) fn is_self(&self) -> bool {
        self.xuid.ends_with("001")
    }

    pub(super) fn is_offline(&self) -> bool {
        self.xuid.ends_with("103")
    }

    pub(super) fn is_away(&self) -> bool {
        self.xuid.ends_with("104")
    }

    pub(super) fn is_cloaked(&self) -> bool {
        self.xuid.ends_with("105")
    }

    /// Whether no presence is stored.
    pub(super) fn is_unseen(&self) -> bool {
        self.xuid.ends_with("106")
    }

    pub(super) fn is_friend(&self) -> bool {
        self.xuid.contains("002")
    }

    pub(super) fn is_stranger(&self) -> bool {
        self.xuid.contains("003")
    }

    /// What the caller may see. A site sees less of friends than their friend does.
    pub(super) fn seen_by(mut self, caller: Caller) -> Person {
        if caller == Caller::Site && self.xuid.ends_with("202") {
            self.state = State::Withheld;
            self.devices.clear();
        }
        self
    }

    /// The same person with the devices and titles that both filters let through.
    pub(super) fn filtered(
        mut self,
        types: Option<&[String]>,
        titles: Option<&[String]>,
    ) -> Person {
        if let Some(types) = types {
            self.devices
                .retain(|(kind, _)| types.iter().any(|listed| listed == kind));
        }
        if let Some(titles) = titles {
            for (_, used) in &mut self.devices {
                used.retain(|(id, ..)| titles.contains(&id.to_string()));
            }
            self.devices.retain(|(_, used)| !used.is_empty());
        }
        self
    }

    pub(super) fn has_devices(&self) -> bool {
        !self.devices.is_empty()
    }

    pub(super) fn is_shown_online(&self) -> bool {
        matches!(self.state, State::Online | State::Away)
    }

    /// The record, as deep as the level says.
    pub(super) fn record(&self, depth: Depth) -> Value {
        let mut record = json!({ "xuid": self.xuid });
        match self.state {
            State::Online => record["state"] = json!("Online"),
            State::Away => record["state"] = json!("away"),
            State::Withheld => return record,
            State::Offline => {
                record["state"] = json!("Offline");
                record["lastSeen"] = json!({
                    "deviceType": "MoLIVE",
                    "titleId": 1_480_660_003,
                    "titleName": "Woodgrove Chess",
                    "timestamp": "2016-03-01T10:20:30.1234567",
                });
                return record;
            }
        }
        if depth >= Depth::Device {
            let devices = self.devices.iter();
            record["devices"] = devices
                .map(|(kind, titles)| device(kind, titles, depth))
                .collect();
        }
        record
    }
}

fn device(kind: &str, titles: &[Title], depth: Depth) -> Value {
    let mut device = json!({ "type": kind });
    if depth >= Depth::Title {
        device["titles"] = titles.iter().map(|title| shown(title, depth)).collect();
    }
    device
}

fn shown((id, name, presence): &Title, depth: Depth) -> Value {
    let mut title = json!({
        "id": id.to_string(),
        "name": name,
        "lastModified": "2016-03-01T11:12:13.4560000",
        "placement": "full",
        "state": "active",
    });
    if let Some(text) = presence.filter(|_| depth == Depth::All) {
        let media = json!({ "id": "wg-7", "idType": "bing", "name": "Woodgrove Theme" });
        title["activity"] = json!({ "richPresence": text, "media": media });
    }
    title
}
