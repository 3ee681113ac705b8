//! `probity prove` and what cases leave behind: a `finally` that is missing is missed.

use serde_json::Value;

use crate::prove::{Copy, Proof};

/// What the proof tells of a case at a place: what stood there, what stands there, and when that was seen.
fn left<'p>(proof: &'p Proof, case: &str, place: &str) -> [&'p str; 3] {
    let left = proof.json["undoing"]["left"].as_array().unwrap();
    let is_it =
        |one: &&Value| one["case"] == case && one["place"] == place && one["accepted"].is_null();
    let one = left
        .iter()
        .find(is_it)
        .unwrap_or_else(|| panic!("{case} {place}\n{}", proof.said));
    let said = &proof.said;
    assert!(said.contains(case) && said.contains(place), "{said}");
    ["before", "after", "when"].map(|name| one[name].as_str().unwrap())
}

const SEAT: &str = "/seats/9NBLGGH4R2R6/0016/alex@contoso.example";

#[test]
fn a_case_that_does_not_undo_is_named() {
    let case = "autopilot/answer/route-a";
    let proof = Copy::of(case)
        .without_finally("cases/autopilot/answer.yaml", "route-a")
        .loss();
    assert_eq!(
        left(
            &proof,
            case,
            "/autopilot/fac6f0b1-f0b1-fac6-b1f0-c6fab1f0c6fa/userPrincipalName"
        ),
        ["\"alex@contoso.example\"", "null", "run completely"]
    );
    assert!(
        proof.said.contains("1 case left something behind"),
        "{}",
        proof.said
    );
}

#[test]
fn a_case_that_undoes_in_its_steps_is_broken_off_too() {
    let case = "seats/assign-and-reclaim/reclaim";
    let proof = Copy::of(case)
        .without_finally("cases/seats/assign-and-reclaim.yaml", "reclaim")
        .loss();
    assert_eq!(
        left(&proof, case, SEAT),
        ["", "\"active\"", "interrupted after step 1"]
    );
}

#[test]
fn a_case_undoes_what_should_have_been_refused() {
    let case = "seats/authorization/without-token";
    let proof = Copy::of(case)
        .without_finally("cases/seats/authorization.yaml", "without-token")
        .loss();
    assert_eq!(
        left(&proof, case, SEAT),
        ["", "\"active\"", "with the fault no-authentication"]
    );
}

#[test]
fn a_case_that_writes_and_says_it_reads_is_named() {
    let case = "seats/assign-and-reclaim/assign";
    let proof = Copy::of(case)
        .change(
            "cases/seats/assign-and-reclaim.yaml",
            "effect: write",
            "effect: read",
        )
        .loss();
    let when = "its effect is `read`, run without its `finally`";
    assert_eq!(left(&proof, case, SEAT), ["", "\"active\"", when]);
}

#[test]
fn what_stays_needs_a_reason_in_the_contract() {
    let proof = Copy::of("license/answer/reprocess")
        .change(
            "cases/license/contract.yaml",
            ", \"/license/*/*/state\"",
            "",
        )
        .loss();
    let state =
        "/license/047dd774-f1c4-40f2-82f0-278de79f9b83/c7df2760-2c81-4ef7-b578-5b5392b571df/state";
    assert_eq!(
        left(&proof, "license/answer/reprocess", state),
        ["\"Error\"", "\"Active\"", "run completely"]
    );
}

#[test]
fn an_acceptance_of_what_does_not_stay_is_red() {
    let proof = Copy::of("license")
        .change(
            "cases/license/contract.yaml",
            "\"/license/*/*/state\"",
            "\"/license/*/*/state\", \"/license/*/*/disabledPlans\"",
        )
        .loss();
    let unmatched = proof.json["undoing"]["unmatched"].as_array().unwrap();
    assert_eq!(unmatched.len(), 1, "{}", proof.said);
    assert_eq!(unmatched[0]["at"], "/license/*/*/disabledPlans");
    let reason = "1 entry of `lasting` with nothing to allow (/license/*/*/disabledPlans)";
    assert!(proof.said.contains(reason), "{}", proof.said);
}
