//! The users whose presence the deployment knows, and what of it a caller may see.

use crate::reference::token::XboxCaller;

/// The XUID of the user who calls.
pub(crate) const CALLER: &str = "2814659110958830";

/// One user with their presence and privacy.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) xuid: &'static str,
    pub(crate) relation: Relation,
    pub(crate) setting: Setting,
    presence: Presence,
}

/// What the user is to the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Relation {
    /// The caller.
    Me,
    /// A friend.
    Friend,
    /// Somebody else.
    Stranger,
}

/// To whom the user shows their presence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setting {
    /// To anybody.
    Everyone,
    /// To friends.
    FriendsOnly,
    /// To nobody.
    Blocked,
}

/// Where a user is.
#[derive(Debug)]
enum Presence {
    /// On at least one device.
    Online(&'static [Device]),
    /// Signed in on these devices, and in no title.
    Away(&'static [Device]),
    /// On no device, and seen here before.
    Offline(LastSeen),
    /// On no device, and nothing is stored of earlier.
    Unknown,
    /// Hidden, so that others see them as offline, wherever they are.
    Cloaked,
}

/// A device a user is on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Device {
    pub(crate) kind: &'static str,
    pub(crate) titles: &'static [Title],
}

/// A title a user is in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Title {
    pub(crate) id: u32,
    pub(crate) name: &'static str,
    pub(crate) placement: &'static str,
    pub(crate) rich_presence: Option<&'static str>,
}

/// Where a user was last.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastSeen {
    pub(crate) device_type: &'static str,
    pub(crate) title_id: u32,
    pub(crate) title_name: &'static str,
}

/// What a caller may see of one user.
#[derive(Debug, Clone)]
pub(crate) struct View {
    pub(crate) xuid: String,
    pub(crate) state: &'static str,
    pub(crate) devices: Vec<(&'static str, Vec<Title>)>,
    pub(crate) last_seen: Option<LastSeen>,
    /// Why there is nothing to see, if there is a reason.
    pub(crate) hidden: Option<Hidden>,
}

/// Why a user shows nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hidden {
    /// The privacy setting of the user keeps it from this caller.
    Withheld,
    /// The user is cloaked.
    Cloaked,
    /// There is nothing stored.
    NotStored,
}

const CONTOSO_5: Title = Title {
    id: 12_341_234,
    name: "Contoso 5",
    placement: "fill",
    rich_presence: Some("Team Deathmatch on Nirvana"),
};
const WAYPOINT: Title = Title {
    id: 12_341_235,
    name: "Contoso Waypoint",
    placement: "snapped",
    rich_presence: None,
};
const GAMEHELP: Title = Title {
    id: 23_452_345,
    name: "Contoso Gamehelp",
    placement: "full",
    rich_presence: None,
};
const POCKET: Title = Title {
    id: 34_563_456,
    name: "Contoso Pocket",
    placement: "full",
    rich_presence: None,
};
const CHESS: Title = Title {
    id: 45_674_567,
    name: "Contoso Chess",
    placement: "full",
    rich_presence: Some("Thinking"),
};
const SEEN_IN_GAMEHELP: LastSeen = LastSeen {
    device_type: "W8",
    title_id: 23_452_345,
    title_name: "Contoso Gamehelp",
};
const ON_TWO_DEVICES: &[Device] = &[
    Device {
        kind: "D",
        titles: &[CONTOSO_5, WAYPOINT],
    },
    Device {
        kind: "W8",
        titles: &[GAMEHELP],
    },
];
const ON_A_PHONE: &[Device] = &[Device {
    kind: "WindowsPhone",
    titles: &[POCKET],
}];
const ON_THE_WEB: &[Device] = &[Device {
    kind: "Web",
    titles: &[],
}];
const AT_CHESS: &[Device] = &[Device {
    kind: "MoLIVE",
    titles: &[CHESS],
}];

const PEOPLE: &[Person] = &[
    known(CALLER, Relation::Me, Presence::Online(AT_CHESS)),
    known(
        "1234567890",
        Relation::Friend,
        Presence::Online(ON_TWO_DEVICES),
    ),
    known("0123456789", Relation::Friend, Presence::Online(ON_A_PHONE)),
    known(
        "4567890123",
        Relation::Friend,
        Presence::Offline(SEEN_IN_GAMEHELP),
    ),
    known("7890123456", Relation::Friend, Presence::Away(ON_THE_WEB)),
    known("2814600000000004", Relation::Friend, Presence::Cloaked),
    known("2814600000000005", Relation::Friend, Presence::Unknown),
    guarded("2814600000000011", Relation::Friend, Setting::Everyone),
    guarded("2814600000000012", Relation::Friend, Setting::FriendsOnly),
    guarded("2814600000000013", Relation::Friend, Setting::Blocked),
    guarded("2814600000000021", Relation::Stranger, Setting::Everyone),
    guarded("2814600000000022", Relation::Stranger, Setting::FriendsOnly),
    guarded("2814600000000023", Relation::Stranger, Setting::Blocked),
];

/// A user who shows their presence to everyone.
const fn known(xuid: &'static str, relation: Relation, presence: Presence) -> Person {
    Person {
        xuid,
        relation,
        setting: Setting::Everyone,
        presence,
    }
}

/// A user of the privacy matrix: online, for those who may see it.
const fn guarded(xuid: &'static str, relation: Relation, setting: Setting) -> Person {
    Person {
        xuid,
        relation,
        setting,
        presence: Presence::Online(AT_CHESS),
    }
}

/// The user with this XUID.
pub(crate) fn find(xuid: &str) -> Option<&'static Person> {
    PEOPLE.iter().find(|person| person.xuid == xuid)
}

impl Person {
    /// Whether the privacy setting lets the caller see the presence. A third-party site is a friend of
    /// nobody.
    pub(crate) fn shows_presence_to(&self, caller: XboxCaller) -> bool {
        match self.setting {
            Setting::Everyone => true,
            Setting::FriendsOnly => {
                caller != XboxCaller::ThirdPartySite && self.relation != Relation::Stranger
            }
            Setting::Blocked => false,
        }
    }

    /// Whether anything is known of where the user is or was.
    pub(crate) fn has_stored_presence(&self) -> bool {
        !matches!(self.presence, Presence::Unknown)
    }

    /// All there is to see, for a caller who may.
    pub(crate) fn view(&self) -> View {
        let view = View::offline(self.xuid);
        match &self.presence {
            Presence::Online(devices) => view.on("online", devices),
            Presence::Away(devices) => view.on("away", devices),
            Presence::Offline(last_seen) => View {
                last_seen: Some(*last_seen),
                ..view
            },
            Presence::Unknown => view.hidden(Hidden::NotStored),
            Presence::Cloaked => view.hidden(Hidden::Cloaked),
        }
    }
}

impl View {
    /// A user on no device, of whom nothing else is known.
    pub(crate) fn offline(xuid: &str) -> Self {
        Self {
            xuid: xuid.to_owned(),
            state: "offline",
            devices: Vec::new(),
            last_seen: None,
            hidden: None,
        }
    }

    /// The same, with a reason.
    pub(crate) fn hidden(mut self, reason: Hidden) -> Self {
        self.hidden = Some(reason);
        self
    }

    /// The same user on these devices.
    fn on(mut self, state: &'static str, devices: &[Device]) -> Self {
        self.state = state;
        self.devices = devices
            .iter()
            .map(|device| (device.kind, device.titles.to_vec()))
            .collect();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn can_see(xuid: &str, caller: XboxCaller) -> bool {
        find(xuid).unwrap().shows_presence_to(caller)
    }

    #[test]
    fn friends_see_friends_only_and_strangers_and_sites_do_not() {
        use XboxCaller::{ThirdPartySite, User};
        assert!(can_see("2814600000000012", User));
        assert!(!can_see("2814600000000022", User));
        assert!(!can_see("2814600000000012", ThirdPartySite));
    }

    #[test]
    fn blocked_hides_from_all_and_everyone_shows_to_all() {
        for caller in [XboxCaller::User, XboxCaller::ThirdPartySite] {
            assert!(!can_see("2814600000000013", caller));
            assert!(!can_see("2814600000000023", caller));
            assert!(can_see("2814600000000021", caller));
            assert!(can_see(CALLER, caller));
        }
    }

    #[test]
    fn a_cloaked_user_looks_offline_and_was_seen_nowhere() {
        let view = find("2814600000000004").unwrap().view();
        assert_eq!(view.state, "offline");
        assert!(view.devices.is_empty() && view.last_seen.is_none());
    }
}
