//! The faults of the presence contract, and the changes that some of them make to records.

use serde_json::{Value, json};

use crate::reference::Fault;
use crate::reference::presence::people::CALLER;
use crate::reference::presence::request::{BatchRequest, Level};
use crate::reference::switchboard::Switchboard;

crate::reference::fault::faults! {
    /// POST on /users/batch is answered with 404.
    PRESENCE_NOT_SERVED "presence-not-served" "PRESENCE-01" + "PRESENCE-06" + "PRESENCE-07" + "PRESENCE-21"
    /// A presence call is not answered: the connection ends.
    PRESENCE_NO_ANSWER "presence-no-answer" "PRESENCE-01" without_answer
    /// A body with nothing but users is refused.
    USERS_ALONE_REFUSED "users-alone-refused" "PRESENCE-02" + "PRESENCE-09"
    /// The limit on users is one too low: 1100 are refused.
    LIMIT_OFF_BY_ONE "limit-off-by-one" "PRESENCE-03"
    /// More than 1100 users are accepted.
    LIMIT_NOT_ENFORCED "limit-not-enforced" "PRESENCE-04"
    /// A body without users is answered with the record of the caller.
    USERS_DEFAULT_TO_CALLER "users-default-to-caller" "PRESENCE-05" + "PRESENCE-06"
    /// A body without users is refused with 404 instead of 400.
    MISSING_USERS_IS_404 "missing-users-is-404" "PRESENCE-06"
    /// Malformed JSON is answered with 500.
    MALFORMED_JSON_IS_500 "malformed-json-is-500" "PRESENCE-07"
    /// A member the contract prohibits is let through.
    UNKNOWN_MEMBER_ACCEPTED "unknown-member-accepted" "PRESENCE-08"
    /// A body with a filter is refused unless it has onlineOnly too.
    FILTER_NEEDS_ONLINE_ONLY "filter-needs-online-only" "PRESENCE-09"
    /// An empty deviceTypes array selects nobody.
    EMPTY_DEVICE_TYPES_SELECT_NONE "empty-device-types-select-none" "PRESENCE-10"
    /// An empty titles array selects nobody.
    EMPTY_TITLES_SELECT_NONE "empty-titles-select-none" "PRESENCE-11"
    /// The titles filter is compared with device types.
    TITLES_ARE_DEVICE_TYPES "titles-are-device-types" "PRESENCE-12"
    /// Title ids written as JSON numbers are refused.
    NUMERIC_TITLES_REFUSED "numeric-titles-refused" "PRESENCE-13"
    /// Title ids written as strings are refused.
    STRING_TITLES_REFUSED "string-titles-refused" "PRESENCE-14"
    /// The deviceTypes filter is ignored.
    IGNORED_FILTER "ignored-filter" "PRESENCE-15"
    /// The titles filter is ignored.
    IGNORED_TITLE_FILTER "ignored-title-filter" "PRESENCE-16" + "PRESENCE-12"
    /// Of several values of one filter only the first counts.
    ONLY_FIRST_FILTER_VALUE "only-first-filter-value" "PRESENCE-17"
    /// With two filters it is enough to pass one.
    EITHER_FILTER "either-filter" "PRESENCE-18"
    /// The level device is refused as unknown.
    LEVEL_DEVICE_REFUSED "level-device-refused" "PRESENCE-19"
    /// The level all is never answered.
    LEVEL_ALL_HANGS "level-all-hangs" "PRESENCE-19" without_answer
    /// A level left out means device.
    DEFAULT_LEVEL_DEVICE "default-level-device" "PRESENCE-20"
    /// A level left out means all.
    DEFAULT_LEVEL_ALL "default-level-all" "PRESENCE-20" + "PRESENCE-25"
    /// An unknown level is taken for title.
    UNKNOWN_LEVEL_ACCEPTED "unknown-level-accepted" "PRESENCE-21"
    /// The level is ignored: every answer is as deep as title.
    IGNORED_LEVEL "ignored-level" "PRESENCE-22" + "PRESENCE-23" + "PRESENCE-26"
    /// Level device shows titles as well.
    TITLES_AT_LEVEL_DEVICE "titles-at-level-device" "PRESENCE-23"
    /// Level title shows no titles.
    NO_TITLES_AT_LEVEL_TITLE "no-titles-at-level-title" "PRESENCE-24"
    /// Level title shows activity as well.
    ACTIVITY_AT_LEVEL_TITLE "activity-at-level-title" "PRESENCE-25"
    /// Level all shows no activity.
    NO_ACTIVITY_AT_LEVEL_ALL "no-activity-at-level-all" "PRESENCE-26"
    /// With onlineOnly, users who are offline are kept.
    ONLINE_ONLY_IGNORED "online-only-ignored" "PRESENCE-27"
    /// With onlineOnly, cloaked users are kept.
    CLOAKED_USERS_KEPT "cloaked-users-kept" "PRESENCE-28"
    /// Without onlineOnly, offline users are dropped.
    OFFLINE_USERS_DROPPED "offline-users-dropped" "PRESENCE-29"
    /// onlineOnly false works as true.
    ONLINE_ONLY_FALSE_FILTERS "online-only-false-filters" "PRESENCE-30"
    /// onlineOnly false leaves the devices out.
    ONLINE_ONLY_FALSE_PRUNES "online-only-false-prunes" "PRESENCE-30"
    /// The XUID claim of the caller is not asked for.
    CLAIM_NOT_CHECKED "claim-not-checked" "PRESENCE-31"
    /// A presence call without Authorization is answered with records.
    PRESENCE_ANONYMOUS "presence-anonymous" "PRESENCE-32"
    /// A caller who asks about nobody but themselves is answered with 404.
    OWN_PRESENCE_IS_404 "own-presence-is-404" "PRESENCE-33"
    /// A friend who blocked the caller makes the call fail with 403.
    BLOCKED_FRIEND_IS_403 "blocked-friend-is-403" "PRESENCE-34"
    /// A stranger who shows presence to friends only makes the call fail with 403.
    STRANGER_IS_403 "stranger-is-403" "PRESENCE-35"
    /// A third-party site that asks about a user of limited visibility gets 403.
    THIRD_PARTY_IS_403 "third-party-is-403" "PRESENCE-36"
    /// Data that the privacy setting withholds is shown.
    PRIVACY_IGNORED "privacy-ignored" "PRESENCE-37"
    /// A third-party site is shown what the privacy setting withholds.
    THIRD_PARTY_SEES_ALL "third-party-sees-all" "PRESENCE-37"
    /// The records are inside a member `records`.
    WRAPPED_RECORDS "wrapped-records" "PRESENCE-38" + "PRESENCE-39"
    /// The presence success ends in the middle of its JSON.
    TRUNCATED_JSON "truncated-json" "PRESENCE-38" + "PRESENCE-39"
    /// The connection ends in the middle of a presence success.
    PRESENCE_CUT "presence-cut" "PRESENCE-38" without_answer
    /// The Content-Length of a presence success is one byte short.
    PRESENCE_LENGTH_SHORT "presence-length-short" "PRESENCE-38" + "PRESENCE-39"
    /// The presence success begins with a byte order mark.
    BYTE_ORDER_MARK "byte-order-mark" "PRESENCE-38" + "PRESENCE-39"
    /// The first of several records is there twice.
    DUPLICATE_RECORD "duplicate-record" "PRESENCE-39"
    /// The last of several records has no xuid.
    MISSING_MEMBER "missing-member" "PRESENCE-40" + "PRESENCE-17" + "PRESENCE-29"
    /// When several users are asked for, a record of somebody else comes along.
    EXTRA_RECORD "extra-record" "PRESENCE-40"
    /// A request for one other user returns the record of the caller.
    LONE_USER_IS_CALLER "lone-user-is-caller" "PRESENCE-40"
    /// The xuid of a record is a JSON number.
    NUMERIC_XUID "numeric-xuid" "PRESENCE-40" + "PRESENCE-29"
    /// The state online is called playing.
    STATE_PLAYING "state-playing" "PRESENCE-41"
    /// The state away is called busy.
    STATE_BUSY "state-busy" "PRESENCE-41"
    /// A user on a single device is online without a device record.
    ONLINE_WITHOUT_DEVICE "online-without-device" "PRESENCE-42"
    /// A user who was seen lately is offline, and on a device.
    OFFLINE_ON_DEVICE "offline-on-device" "PRESENCE-43"
    /// A user on several devices has a lastSeen too.
    LAST_SEEN_WHILE_ONLINE "last-seen-while-online" "PRESENCE-44"
    /// The timestamp of lastSeen counts seconds since 1970.
    LAST_SEEN_EPOCH "last-seen-epoch" "PRESENCE-45"
    /// The type of a device is a number.
    NUMERIC_DEVICE_TYPE "numeric-device-type" "PRESENCE-46" + "PRESENCE-15"
    /// The titles of a device are an object with the title ids as names.
    TITLES_OBJECT "titles-object" "PRESENCE-46"
    /// A title id does not fit into 32 bits.
    WIDE_TITLE_ID "wide-title-id" "PRESENCE-48" + "PRESENCE-12" + "PRESENCE-16"
    /// The lastModified of a title is not a date-time.
    BAD_DATE "bad-date" "PRESENCE-49"
    /// The name of a title is null.
    NULL_TITLE_NAME "null-title-name" "PRESENCE-49"
    /// The time of a title is spelled timestamp.
    TITLE_TIMESTAMP "title-timestamp" "PRESENCE-50"
    /// The placement of a title is `docked`.
    PLACEMENT_DOCKED "placement-docked" "PRESENCE-51"
    /// The state of a title is `running`.
    TITLE_STATE_RUNNING "title-state-running" "PRESENCE-52"
    /// The richPresence of an activity is an object.
    RICH_PRESENCE_OBJECT "rich-presence-object" "PRESENCE-53"
    /// A user without stored presence makes the call fail with 404.
    NO_PRESENCE_IS_404 "no-presence-is-404" "PRESENCE-54"
    /// The presence success has no Content-Type.
    MISSING_CONTENT_TYPE "missing-content-type" "PRESENCE-55"
    /// The presence success is typed text/json.
    PRESENCE_TEXT_JSON "presence-text-json" "PRESENCE-55"
    /// The Accept header is not checked.
    ACCEPT_IGNORED "accept-ignored" "PRESENCE-56"
    /// Contract version 3 is not supported.
    VERSION_THREE_REFUSED "version-three-refused" "PRESENCE-57" + "PRESENCE-06" + "PRESENCE-07" + "PRESENCE-21"
    /// The contract version may be left out.
    VERSION_OPTIONAL "version-optional" "PRESENCE-58"
    /// The header X-RequestedServiceVersion is required.
    SERVICE_VERSION_REQUIRED "service-version-required" "PRESENCE-60"
    /// A presence error has a body of another kind.
    PRESENCE_ERROR_SHAPE "presence-error-shape" "PRESENCE-61"
    /// A presence error is one JSON text.
    PRESENCE_ERROR_TEXT "presence-error-text" "PRESENCE-61"
    /// GET on /users/batch is served with an empty array.
    PRESENCE_GET_SERVED "presence-get-served" "PRESENCE-63"
}

/// Changes the records as the active faults require.
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
        && switches.fault(Fault::LONE_USER_IS_CALLER)
    {
        record["xuid"] = CALLER.into();
    }
    if has_several && !records.is_empty() && switches.fault(Fault::EXTRA_RECORD) {
        // Away and without devices, so that neither filters nor onlineOnly have a say in it.
        records.push(json!({ "xuid": "2814600000009999", "state": "away" }));
    }
    if let [first, _, ..] = records.as_slice()
        && switches.fault(Fault::DUPLICATE_RECORD)
    {
        records.push(first.clone());
    }
    if let [_, .., last] = records.as_mut_slice()
        && switches.fault(Fault::MISSING_MEMBER)
    {
        remove(last, "xuid");
    }
    for record in records {
        let number = record["xuid"]
            .as_str()
            .and_then(|xuid| xuid.parse::<u64>().ok());
        if let Some(number) = number
            && switches.fault(Fault::NUMERIC_XUID)
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
    if request.says_online_only_false && switches.fault(Fault::ONLINE_ONLY_FALSE_PRUNES) {
        remove(record, "devices");
    }
    let device_count = record["devices"].as_array().map_or(0, Vec::len);
    if state == "online" && switches.fault(Fault::STATE_PLAYING) {
        record["state"] = "playing".into();
    }
    if state == "away" && switches.fault(Fault::STATE_BUSY) {
        record["state"] = "busy".into();
    }
    if state == "online" && device_count == 1 && switches.fault(Fault::ONLINE_WITHOUT_DEVICE) {
        remove(record, "devices");
    }
    let was_seen = state == "offline" && !record["lastSeen"].is_null();
    if was_seen && request.level >= Level::Device && switches.fault(Fault::OFFLINE_ON_DEVICE) {
        remove(record, "lastSeen");
        record["devices"] = json!([{ "type": "Web" }]);
    }
    if device_count > 1 && switches.fault(Fault::LAST_SEEN_WHILE_ONLINE) {
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
        && switches.fault(Fault::LAST_SEEN_EPOCH)
    {
        last_seen["timestamp"] = 1_347_866_123.into();
    }
}

fn device(device: &mut Value, switches: &Switchboard) {
    if switches.fault(Fault::NUMERIC_DEVICE_TYPE) {
        device["type"] = 8.into();
    }
    if device["titles"].is_array() && switches.fault(Fault::TITLES_OBJECT) {
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
    if switches.fault(Fault::WIDE_TITLE_ID) {
        title["id"] = "4294967296".into();
    }
    if switches.fault(Fault::NULL_TITLE_NAME) {
        title["name"] = Value::Null;
    }
    if switches.fault(Fault::PLACEMENT_DOCKED) {
        title["placement"] = "docked".into();
    }
    if switches.fault(Fault::TITLE_STATE_RUNNING) {
        title["state"] = "running".into();
    }
    if title.get("lastModified").is_some() {
        if switches.fault(Fault::BAD_DATE) {
            title["lastModified"] = "17/09/2012 07:15:23".into();
        }
        if switches.fault(Fault::TITLE_TIMESTAMP) {
            title["timestamp"] = title["lastModified"].take();
            remove(title, "lastModified");
        }
    }
    if let Some(activity) = title.get_mut("activity")
        && switches.fault(Fault::RICH_PRESENCE_OBJECT)
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
