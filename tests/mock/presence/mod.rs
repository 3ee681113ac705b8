//! The stubs of the presence batch (FACTS.md, section 5).

mod batch;
mod people;

use serde_json::json;

use crate::http::{Answer, Asked};
use crate::stub::{Stub, stub};
use batch::{
    asks_only, asks_some, depth, excludes_json, filter, filters, has, has_service_version,
    has_unknown_member, is_anonymous, is_as, is_batch, is_empty, is_level, is_of_unknown_version,
    is_online_only, is_post, is_without, lists, people, users,
};
use people::{Caller, Depth, Person};

pub(crate) const STUBS: &[Stub] = &[
    stub(
        "presence/get",
        |asked| is_batch(asked) && asked.method == "GET",
        |_| error(405),
    ),
    stub("presence/without-authorization", is_anonymous, |_| {
        error(401)
    }),
    stub(
        "presence/without-xuid-claim",
        |asked| is_as(asked, "no-claim"),
        |_| error(403),
    ),
    stub(
        "presence/without-accept",
        |asked| is_without(asked, "Accept"),
        |_| error(406),
    ),
    stub("presence/accept-excludes-json", excludes_json, |_| {
        error(406)
    }),
    stub(
        "presence/without-version",
        |asked| is_without(asked, "x-xbl-contract-version"),
        |_| error(400),
    ),
    stub("presence/unknown-version", is_of_unknown_version, |_| {
        error(406)
    }),
    stub(
        "presence/malformed-json",
        |asked| is_post(asked) && asked.json.is_null(),
        |_| refusal(),
    ),
    stub(
        "presence/empty-object",
        |asked| is_post(asked) && asked.json == json!({}),
        |_| refusal(),
    ),
    stub(
        "presence/without-users",
        |asked| is_post(asked) && !has(asked, "users"),
        |_| refusal(),
    ),
    stub("presence/unknown-member", has_unknown_member, |_| refusal()),
    stub(
        "presence/unknown-level",
        |asked| is_post(asked) && depth(asked).is_none(),
        |_| refusal(),
    ),
    stub(
        "presence/over-limit",
        |asked| is_post(asked) && users(asked).len() > 1100,
        |_| refusal(),
    ),
    stub(
        "presence/at-limit",
        |asked| is_post(asked) && users(asked).len() == 1100,
        records,
    ),
    stub(
        "presence/third-party-one",
        |asked| is_as(asked, "site") && users(asked).len() == 1,
        records,
    ),
    stub(
        "presence/third-party-several",
        |asked| is_as(asked, "site"),
        records,
    ),
    stub(
        "presence/own",
        |asked| asks_only(asked, Person::is_self),
        records,
    ),
    stub(
        "presence/friend",
        |asked| asks_only(asked, Person::is_friend),
        records,
    ),
    stub(
        "presence/stranger",
        |asked| asks_only(asked, Person::is_stranger),
        records,
    ),
    stub(
        "presence/friend-and-online",
        |asked| asks_some(asked, Person::is_friend),
        records,
    ),
    stub(
        "presence/stranger-and-online",
        |asked| asks_some(asked, Person::is_stranger),
        records,
    ),
    stub(
        "presence/no-presence-and-online",
        |asked| asks_some(asked, Person::is_unseen),
        records,
    ),
    stub(
        "presence/away",
        |asked| asks_only(asked, Person::is_away),
        records,
    ),
    stub(
        "presence/online-only-cloaked",
        |asked| is_online_only(asked, Person::is_cloaked),
        records,
    ),
    stub(
        "presence/online-only-offline",
        |asked| is_online_only(asked, Person::is_offline),
        records,
    ),
    stub(
        "presence/online-only-false",
        |asked| is_post(asked) && has(asked, "onlineOnly"),
        records,
    ),
    stub(
        "presence/both-filters",
        |asked| filters(asked, &["deviceTypes", "titles"]),
        records,
    ),
    stub(
        "presence/empty-device-types",
        |asked| is_empty(asked, "deviceTypes"),
        records,
    ),
    stub(
        "presence/empty-titles",
        |asked| is_empty(asked, "titles"),
        records,
    ),
    stub(
        "presence/device-types-several",
        |asked| lists(asked, "deviceTypes", 2),
        records,
    ),
    stub(
        "presence/device-types-one",
        |asked| lists(asked, "deviceTypes", 1),
        records,
    ),
    stub(
        "presence/titles-several",
        |asked| lists(asked, "titles", 2),
        records,
    ),
    stub(
        "presence/titles-as-text",
        |asked| is_post(asked) && asked.json["titles"][0].is_string(),
        records,
    ),
    stub(
        "presence/titles-one",
        |asked| lists(asked, "titles", 1),
        records,
    ),
    stub(
        "presence/level-user",
        |asked| is_level(asked, "user"),
        records,
    ),
    stub(
        "presence/level-device",
        |asked| is_level(asked, "device"),
        records,
    ),
    stub(
        "presence/level-all",
        |asked| is_level(asked, "all"),
        records,
    ),
    stub(
        "presence/level-title",
        |asked| is_level(asked, "title") && has_service_version(asked),
        records,
    ),
    stub(
        "presence/without-service-version",
        |asked| is_level(asked, "title"),
        records,
    ),
    stub("presence/users-alone", is_post, records),
];

/// The records of those whom the call names and the filters let through.
fn records(asked: &Asked) -> Answer {
    let caller = if is_as(asked, "site") {
        Caller::Site
    } else {
        Caller::Me
    };
    let depth = depth(asked).unwrap_or(Depth::Title);
    let types = filter(asked, "deviceTypes");
    let titles = filter(asked, "titles");
    let is_online_only = asked.json["onlineOnly"] == true;
    let people = people(asked).into_iter();
    let people = people.map(|person| {
        person
            .seen_by(caller)
            .filtered(types.as_deref(), titles.as_deref())
    });
    let people = people.filter(|person| !is_online_only || person.is_shown_online());
    let is_filtered = types.is_some() || titles.is_some();
    let people = people.filter(|person| !is_filtered || person.has_devices());
    Answer::json(200, people.map(|person| person.record(depth)).collect())
}

fn error(status: u16) -> Answer {
    let text = "The call was refused.";
    Answer::json(
        status,
        json!({ "errorCode": 8000 + i32::from(status), "errorMessage": text }),
    )
}

/// The answer to a body that is not valid.
fn refusal() -> Answer {
    let text = "The body is not valid.";
    Answer::json(
        400,
        json!({ "code": 4000, "source": "Mock", "description": text }),
    )
}
