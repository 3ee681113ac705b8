//! Presence with a filter.

use crate::change::Change::{Answer, Drop, Empty, Header, InObject, Push, Repeat, Set};
use crate::variant::{Faults, must, on, should};

use super::records::{ACTIVITY, DEVICES, UNREQUESTED};

/// The record of somebody whom no call names, on a device that a filter lets through.
const ON_LISTED_DEVICE: &str =
    r#"{"xuid": "2535400000009999", "state": "online", "devices": [{"type": "Xbox360"}]}"#;

/// The record of somebody whom no call names, in a title that a filter lets through.
const IN_LISTED_TITLE: &str = r#"{
  "xuid": "2535400000009999",
  "state": "online",
  "devices": [{"type": "PC", "titles": [{"id": "1480660009", "name": "Woodgrove Cards"}]}]
}"#;

/// The record of a user who is offline.
const OFFLINE: &str = r#"{"xuid":"2535400000000103","state":"Offline"}"#;

/// The record of a user who hides.
const CLOAKED: &str = r#"{"xuid":"2535400000000105","state":"Offline"}"#;

/// A record on a device that no filter lets through.
const ON_ANOTHER_DEVICE: &str =
    r#"{"xuid": "2535400000000102", "state": "online", "devices": [{"type": "PC"}]}"#;

/// A record in a title that no filter lets through.
const IN_ANOTHER_TITLE: &str = r#"{
  "xuid": "2535400000000101",
  "state": "online",
  "devices": [{"type": "PC", "titles": [{"id": "1480660002", "name": "Woodgrove Shop"}]}]
}"#;

/// A record that passes the filter by device type alone.
const ONE_FILTER: &str = r#"{
  "xuid": "2535400000000101",
  "state": "online",
  "devices": [{"type": "Xbox360", "titles": [{"id": "1480660001", "name": "Woodgrove Racing"}]}]
}"#;

pub(super) const FAULTS: &[Faults] = &[
    on(
        "presence/online-only-offline",
        &[
            must("no-content", "PRESENCE-01", Empty(204)),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must("offline", "PRESENCE-27", Push("", OFFLINE)),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
            must(
                "title-id-word",
                "PRESENCE-48",
                Set("/0/devices/0/titles/0/id", r#""racing""#),
            ),
            should("record-twice", "PRESENCE-39", Repeat("")),
        ],
    ),
    on(
        "presence/online-only-cloaked",
        &[
            must("cloaked", "PRESENCE-28", Push("", CLOAKED)),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
            must("state-number", "PRESENCE-41", Set("/0/state", "1")),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            ),
        ],
    ),
    on(
        "presence/online-only-false",
        &[
            must("no-content", "PRESENCE-01", Empty(204)),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/1/state", r#""pending""#),
            ),
            must(
                "last-seen-today",
                "PRESENCE-45",
                Set("/1/lastSeen/timestamp", r#""today""#),
            ),
            should("offline-missing", "PRESENCE-30", Drop("")),
        ],
    ),
    on(
        "presence/device-types-one",
        &[
            must("no-content", "PRESENCE-09", Empty(204)).also(&["PRESENCE-01"]),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must("another-type", "PRESENCE-15", Set("/0/devices", DEVICES)),
            // The call for another type has this record, too.
            must("unrequested", "PRESENCE-40", Push("", ON_LISTED_DEVICE))
                .also(&["PRESENCE-15", "PRESENCE-17"]),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
            must(
                "titles-object",
                "PRESENCE-46",
                Set("/0/devices/0/titles", "{}"),
            ),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            ),
            should("record-twice", "PRESENCE-39", Repeat("")),
        ],
    ),
    on(
        "presence/device-types-several",
        &[
            must("first-missing", "PRESENCE-17", Drop("")),
            must("another-type", "PRESENCE-15", Push("", ON_ANOTHER_DEVICE)),
            must("unrequested", "PRESENCE-40", Push("", ON_LISTED_DEVICE)),
            must(
                "name-number",
                "PRESENCE-49",
                Set("/1/devices/0/titles/0/name", "7"),
            ),
        ],
    ),
    on(
        "presence/titles-one",
        &[
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must(
                "another-title",
                "PRESENCE-16",
                Set("/0/devices/0/titles/0/id", r#""1480660002""#),
            )
            .also(&["PRESENCE-12"]),
            must("refused", "PRESENCE-13", Empty(400)),
            must("unrequested", "PRESENCE-40", Push("", IN_LISTED_TITLE)).also(&["PRESENCE-17"]),
            must(
                "modified-today",
                "PRESENCE-49",
                Set("/0/devices/0/titles/0/lastModified", r#""today""#),
            ),
        ],
    ),
    on(
        "presence/titles-as-text",
        &[
            should("refused", "PRESENCE-14", Empty(400)),
            must(
                "another-title",
                "PRESENCE-16",
                Set("/0/devices/0/titles/0/id", r#""1480660002""#),
            ),
            must(
                "title-state-busy",
                "PRESENCE-52",
                Set("/0/devices/0/titles/0/state", r#""busy""#),
            ),
        ],
    ),
    on(
        "presence/titles-several",
        &[
            must("first-missing", "PRESENCE-17", Drop("")),
            must("another-title", "PRESENCE-16", Push("", IN_ANOTHER_TITLE)),
            must("type-number", "PRESENCE-46", Set("/0/devices/0/type", "5")),
        ],
    ),
    on(
        "presence/both-filters",
        &[
            must("passes-one-only", "PRESENCE-18", Push("", ONE_FILTER)),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
        ],
    ),
    on(
        "presence/empty-device-types",
        &[
            must("filters-all", "PRESENCE-10", Answer(200, "[]")),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/1/state", r#""pending""#),
            ),
        ],
    ),
    on(
        "presence/empty-titles",
        &[
            must("filters-all", "PRESENCE-11", Answer(200, "[]")),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            ),
        ],
    ),
];
