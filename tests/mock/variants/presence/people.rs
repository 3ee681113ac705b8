//! Presence of certain people, or on behalf of a site.

use crate::change::Change::{Empty, Header, InObject, Push, Repeat, Set};
use crate::variant::{Faults, must, on, should};

use super::records::{ACTIVITY, DEVICES, LAST_SEEN, UNREQUESTED};

pub(super) const FAULTS: &[Faults] = &[
    on(
        "presence/own",
        &[
            must("no-content", "PRESENCE-33", Empty(204)).also(&["PRESENCE-01"]),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            ),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
            should("record-twice", "PRESENCE-39", Repeat("")),
        ],
    ),
    on(
        "presence/friend",
        &[
            must("forbidden", "PRESENCE-34", Empty(403)),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
            must(
                "xuid-number",
                "PRESENCE-40",
                Set("/0/xuid", "2535400000000201"),
            ),
        ],
    ),
    on(
        "presence/stranger",
        &[
            must("forbidden", "PRESENCE-35", Empty(403)),
            must("html", "PRESENCE-55", Header("Content-Type", "text/html")),
            must(
                "activity",
                "PRESENCE-25",
                Set("/0/devices/0/titles/0/activity", ACTIVITY),
            ),
        ],
    ),
    on(
        "presence/third-party-one",
        &[
            must("forbidden", "PRESENCE-36", Empty(403)),
            must("wrapped", "PRESENCE-38", InObject("records")),
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/0/state", r#""pending""#),
            ),
        ],
    ),
    on(
        "presence/third-party-several",
        &[
            must(
                "rich-presence-number",
                "PRESENCE-53",
                Set("/0/devices/0/titles/0/activity/richPresence", "3"),
            ),
            should("withheld-shown", "PRESENCE-37", Set("/1/devices", DEVICES))
                .also(&["PRESENCE-43", "PRESENCE-44"]),
        ],
    ),
    on(
        "presence/friend-and-online",
        &[
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
            should("withheld-shown", "PRESENCE-37", Set("/1/devices", DEVICES)),
        ],
    ),
    on(
        "presence/stranger-and-online",
        &[
            must(
                "media-id-number",
                "PRESENCE-53",
                Set("/0/devices/0/titles/0/activity/media/id", "7"),
            ),
            should("forbidden", "PRESENCE-37", Empty(403)),
        ],
    ),
    on(
        "presence/no-presence-and-online",
        &[
            must(
                "state-pending",
                "PRESENCE-41",
                Set("/1/state", r#""pending""#),
            ),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
            should("not-found", "PRESENCE-54", Empty(404)),
        ],
    ),
    on(
        "presence/away",
        &[
            must("state-busy", "PRESENCE-41", Set("/0/state", r#""busy""#)),
            must("type-number", "PRESENCE-46", Set("/0/devices/0/type", "5")),
            must("unrequested", "PRESENCE-40", Push("", UNREQUESTED)),
            must(
                "last-seen-with-devices",
                "PRESENCE-44",
                Set("/0/lastSeen", LAST_SEEN),
            ),
        ],
    ),
];
