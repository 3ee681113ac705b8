//! `probity prove` and suites that were weakened in ways which no changed answer shows: polling, comparisons of
//! before and after, null where the metadata allows none.

use crate::prove::Copy;

#[test]
fn a_probe_that_does_not_poll_is_a_false_alarm() {
    let proof = Copy::of("autopilot/effect/route-a-unassigns")
        .change(
            "cases/autopilot/effect.yaml",
            "        eventually: { within: 10s, every: 200ms }\n    finally:",
            "    finally:",
        )
        .loss();
    let alarms = proof.json["variants"]["false_alarms"].as_array().unwrap();
    let is_late = |one: &serde_json::Value| {
        one["variant"] == "late-effect" && one["requirement"] == "AUTOPILOT-16"
    };
    assert!(alarms.iter().any(is_late), "{}", proof.said);
}

#[test]
fn a_capture_that_is_compared_with_nothing_is_missed() {
    Copy::of("autopilot/answer/other-members-stay")
        .change(
            "cases/autopilot/answer.yaml",
            "              - path: $..['id', 'serialNumber', 'groupTag', 'displayName', 'model', 'manufacturer', \
             'productKey', 'purchaseOrderIdentifier']\n                same-set: \"${capture.device}\"\n",
            "",
        )
        .loss()
        .names_fault("display-name-lost", "silent");
}

#[test]
fn a_text_that_must_not_stand_there_is_missed() {
    Copy::of("seats/assign-and-reclaim/reclaimed-seat-is-gone")
        .change(
            "cases/seats/assign-and-reclaim.yaml",
            "            text: <not /(?i)\"state\"\\s*:\\s*\"active\"/>\n",
            "",
        )
        .loss()
        .names_fault("seat-read-stale", "silent");
}

#[test]
fn null_where_the_metadata_allows_none_is_missed() {
    Copy::of("license/answer/reprocess")
        .change(
            "schemas/license/user.schema.json",
            r##""birthday": { "$ref": "#/$defs/date-time-offset","##,
            r##""birthday": { "$ref": "#/$defs/date-time-offset-or-null","##,
        )
        .loss()
        .names_fault("null-birthday", "silent");
}
