//! Presence by level, without a filter.

use crate::change::Change::{
    Answer, Empty, Header, InObject, Push, Remove, Repeat, Set, Status, Text, WithoutHeader,
};
use crate::variant::{Faults, must, on, should};

use super::records::{ACTIVITY, DEVICES, LAST_SEEN, UNREQUESTED, UNREQUESTED_USER};

/// The record of somebody whom no call names, at level device.
const ON_DEVICE: &str = r#"{"xuid":"2535400000009999","state":"online","devices":[{"type":"PC"}]}"#;

/// Titles of a device.
const TITLES: &str = r#"[{"id":"1480660001","name":"Woodgrove Racing"}]"#;

/// The record of the user who is online, alone.
const ONLINE_ALONE: &str = r#"[
  {
    "xuid": "2535400000000101",
    "state": "online",
    "devices": [{"type": "PC", "titles": [{"id": "1480660001", "name": "Woodgrove Racing"}]}]
  }
]"#;

/// The records of two users without any rich presence.
const WITHOUT_RICH_PRESENCE: &str = r#"[
  {
    "xuid": "2535400000000101",
    "state": "online",
    "devices": [{"type": "PC", "titles": [{"id": "1480660001", "name": "Woodgrove Racing"}]}]
  },
  {
    "xuid": "2535400000000102",
    "state": "online",
    "devices": [{"type": "PC", "titles": [{"id": "1480660001", "name": "Woodgrove Racing"}]}]
  }
]"#;

/// The records of two users without any title.
const WITHOUT_TITLES: &str = r#"[
  {"xuid": "2535400000000101", "state": "online", "devices": [{"type": "PC"}]},
  {"xuid": "2535400000000103", "state": "offline"}
]"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "presence/level-user",
        &[
            must("no-content", "PRESENCE-19", Empty(204)).also(&["PRESENCE-01", "PRESENCE-29"]),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must("devices", "PRESENCE-22", Set("/0/devices", DEVICES)),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
            must(
                "last-seen-today",
                "PRESENCE-45",
                Set("/1/lastSeen/timestamp", r#""today""#),
            ),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED_USER)),
            should("record-twice", "PRESENCE-39", Repeat("")),
        ],
    ),
    on(
        "presence/level-device",
        &[
            must("created", "PRESENCE-19", Status(201)).also(&["PRESENCE-01"]),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must("no-type", "PRESENCE-55", WithoutHeader("Content-Type")),
            must("titles", "PRESENCE-23", Set("/0/devices/0/titles", TITLES)),
            must("no-devices", "PRESENCE-42", Remove("/1/devices")),
            must("type-number", "PRESENCE-46", Set("/0/devices/0/type", "5")),
            must(
                "xuid-number",
                "PRESENCE-40",
                Set("/0/xuid", "2535400000000101"),
            )
            .also(&["PRESENCE-29"]),
            must("unrequested", "PRESENCE-40", Push("", ON_DEVICE)),
            should("record-twice", "PRESENCE-39", Repeat("")),
        ],
    ),
    on(
        "presence/level-title",
        &[
            must("no-content", "PRESENCE-01", Empty(204)).also(&[
                "PRESENCE-19",
                "PRESENCE-24",
                "PRESENCE-29",
            ]),
            must("text", "PRESENCE-38", Text("online")),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/1/activity", ACTIVITY),
            )
            .also(&["PRESENCE-20"]),
            must(
                "title-id-word",
                "PRESENCE-48",
                Set("/0/devices/0/titles/0/id", r#""racing""#),
            )
            .also(&["PRESENCE-10", "PRESENCE-11"]),
            must(
                "title-id-too-large",
                "PRESENCE-48",
                Set("/0/devices/0/titles/0/id", "4294967296"),
            )
            .also(&["PRESENCE-10", "PRESENCE-11"]),
            must(
                "name-number",
                "PRESENCE-49",
                Set("/0/devices/0/titles/0/name", "7"),
            ),
            must(
                "modified-today",
                "PRESENCE-49",
                Set("/0/devices/0/titles/1/lastModified", r#""today""#),
            ),
            must(
                "title-state-busy",
                "PRESENCE-52",
                Set("/0/devices/1/titles/0/state", r#""busy""#),
            ),
            must("offline-missing", "PRESENCE-29", Answer(200, ONLINE_ALONE))
                .also(&["PRESENCE-10", "PRESENCE-11"]),
            should(
                "placement-left",
                "PRESENCE-51",
                Set("/0/devices/0/titles/0/placement", r#""left""#),
            ),
        ],
    ),
    on(
        "presence/without-service-version",
        &[
            must("refused", "PRESENCE-60", Empty(400)),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            ),
            must(
                "titles-object",
                "PRESENCE-46",
                Set("/0/devices/0/titles", "{}"),
            ),
        ],
    ),
    on(
        "presence/level-all",
        &[
            must("no-content", "PRESENCE-19", Empty(204)).also(&[
                "PRESENCE-01",
                "PRESENCE-24",
                "PRESENCE-29",
            ]),
            must(
                "rich-presence-number",
                "PRESENCE-53",
                Set("/0/devices/0/titles/0/activity/richPresence", "3"),
            ),
            must(
                "media-id-number",
                "PRESENCE-53",
                Set("/0/devices/0/titles/0/activity/media/id", "7"),
            ),
            must(
                "offline-with-device",
                "PRESENCE-43",
                Set("/2/devices", DEVICES),
            )
            .also(&["PRESENCE-44"]),
            must(
                "last-seen-with-devices",
                "PRESENCE-44",
                Set("/0/lastSeen", LAST_SEEN),
            ),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            should(
                "no-rich-presence",
                "PRESENCE-26",
                Answer(200, WITHOUT_RICH_PRESENCE),
            )
            .also(&["PRESENCE-29"]),
        ],
    ),
    on(
        "presence/users-alone",
        &[
            must("no-content", "PRESENCE-02", Empty(204)).also(&[
                "PRESENCE-01",
                "PRESENCE-09",
                "PRESENCE-20",
            ]),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            )
            .also(&["PRESENCE-20"]),
            must("no-titles", "PRESENCE-20", Answer(200, WITHOUT_TITLES)),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/1/state", r#""pending""#),
            ),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
        ],
    ),
    on(
        "presence/at-limit",
        &[
            must("no-content", "PRESENCE-03", Empty(204)).also(&["PRESENCE-01"]),
            must("refused", "PRESENCE-03", Empty(400)),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must("devices", "PRESENCE-22", Set("/0/devices", DEVICES))
                .also(&["PRESENCE-43", "PRESENCE-44"]),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED_USER)),
            should("record-twice", "PRESENCE-39", Repeat("")),
        ],
    ),
];
