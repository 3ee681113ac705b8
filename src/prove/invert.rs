//! Inverted checks: each check is replaced by its opposite and judged on the answers that it passed on.
//!
//! The opposite must fail, at exactly that place. A check whose opposite passes as well reads nothing: a condition on
//! members that no answer has, a list that is always empty. Such a check is blind, unless a mutant or a fault made it
//! fail.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::json::SchemaId;
use crate::model::{
    AnswerPlace, Answers, BlindCheck, Block, Inverted, RawFinding, Span, StatusCheck,
    StatusPattern, Step,
};
use crate::prove::check_at::{CheckAt, check_at};
use crate::prove::general::name_of;
use crate::prove::opposites::{opposites_of_body, opposites_of_header, spans_of, spans_of_header};
use crate::prove::rejudge::{GreenCase, answers};

/// One check replaced by its opposite.
struct Inversion {
    /// The check, as it is reported.
    check: String,
    /// The part of the check that was inverted.
    at: Span,
    /// The places that findings of the check have: the check, and every part of its pattern.
    spans: Vec<Span>,
    /// The rule of the contract that the check is in, if it is in one, and its number there or in the step.
    rule: Option<String>,
    number: usize,
    /// The block, and the step with the opposite in it.
    block: usize,
    step: Step,
}

/// The results of all cases for one check of a file.
struct Seen {
    is_caught: bool,
    blind: BlindCheck,
}

/// Judges the passing cases with the opposite of every check. `nothing` is a schema of the suite that accepts no value.
/// `alive` are the checks that a mutant or a fault made fail.
pub(super) fn invert(
    cases: &[GreenCase<'_>],
    nothing: SchemaId,
    alive: &HashSet<CheckAt>,
) -> Inverted {
    // All rows of a case share its checks: one that reads nothing in one row may read something in another.
    // So do all steps for which a rule holds.
    let mut checks: BTreeMap<(String, usize, usize), Seen> = BTreeMap::new();
    for green in cases {
        for (index, answer) in green.answers.iter().enumerate() {
            let step = &green.case.steps[index];
            let case = green.case.id_without_row();
            let all = inversions(step, answers(answer), nothing);
            for inversion in all {
                let key = match &inversion.rule {
                    Some(rule) => (
                        format!(
                            "rule {rule} of {}",
                            green.suite.contract_of(green.case).name
                        ),
                        0,
                        inversion.number,
                    ),
                    None => (case.to_owned(), index, inversion.number),
                };
                let sources = &green.suite.sources;
                let place = sources.place(inversion.at);
                let places: Vec<CheckAt> = inversion
                    .spans
                    .iter()
                    .map(|span| check_at(&sources.place(*span)))
                    .collect();
                let findings = green.findings_of_checks(index, &inversion.step);
                let verdict = verdict(&findings, inversion.block, &places);
                let is_alive = alive.contains(&check_at(&place));
                let seen = checks.entry(key).or_insert_with(|| Seen {
                    is_caught: false,
                    blind: BlindCheck {
                        case: green.case.id.clone(),
                        check: inversion.check,
                        why: String::new(),
                        place: place.clone(),
                    },
                });
                match verdict {
                    Ok(()) => seen.is_caught = true,
                    Err(_) if is_alive => seen.is_caught = true,
                    Err(why) => seen.blind.why = why,
                }
            }
        }
    }
    Inverted {
        total: checks.len(),
        caught: checks.values().filter(|seen| seen.is_caught).count(),
        blind: checks
            .into_values()
            .filter(|seen| !seen.is_caught)
            .map(|seen| seen.blind)
            .collect(),
    }
}

/// Did the opposite fail, at its place, and nothing else with it?
fn verdict(findings: &[RawFinding], block: usize, places: &[CheckAt]) -> Result<(), String> {
    if findings.is_empty() {
        return Err(
            "its opposite passes as well: no answer contains anything that it reads".into(),
        );
    }
    let is_elsewhere = |finding: &&RawFinding| {
        finding.block != Some(block) || !places.contains(&check_at(&finding.place))
    };
    match findings.iter().find(is_elsewhere) {
        None => Ok(()),
        Some(finding) => Err(format!(
            "its opposite makes a check in line {} fail: {}",
            finding.place.line, finding.message
        )),
    }
}

/// Every check of a step with its opposite. `<any>` checks nothing.
fn inversions<'a>(
    step: &Step,
    answers: impl Into<Answers<'a>>,
    nothing: SchemaId,
) -> Vec<Inversion> {
    let answers = answers.into();
    let mut all: Vec<Inversion> = Vec::new();
    for (number, (block, rule)) in step.blocks().enumerate() {
        let place = rule.map_or(AnswerPlace::Last, |one| one.about);
        let Some(response) = answers.at(place) else {
            continue;
        };
        if rule.is_some_and(|one| !one.rule.describes(response)) {
            continue;
        }
        let skips_content = rule.is_some_and(|one| step.expects_no_content(one, answers));
        let rule = rule.map(|one| one.rule.id.clone());
        let mut add = |check: String, at: Span, spans: Vec<Span>, change: &dyn Fn(&mut Block)| {
            let mut step = step.clone();
            if let Some(block) = block_of(&mut step, number) {
                change(block);
            }
            all.push(Inversion {
                check,
                at,
                spans,
                number: all.iter().filter(|one| one.rule == rule).count(),
                rule: rule.clone(),
                block: number,
                step,
            });
        };
        if let Some(check) = &block.status
            && !check.accepts.contains(&StatusPattern::Any)
        {
            let shown: Vec<String> = check.accepts.iter().map(ToString::to_string).collect();
            let opposite = StatusCheck {
                accepts: vec![StatusPattern::Exact(response.status + 1)],
                span: check.span,
            };
            let name = format!("status {}", shown.join(" or "));
            add(name, check.span, vec![check.span], &|block| {
                block.status = Some(opposite.clone());
            });
        }
        if let Some((_, span)) = block.within {
            add("within".into(), span, vec![span], &|block| {
                block.within = Some((Duration::ZERO, span));
            });
        }
        for (index, check) in block.headers.iter().enumerate() {
            for (expected, at) in opposites_of_header(check) {
                let name = format!("header {}", check.name);
                add(name, at, spans_of_header(check), &|block| {
                    block.headers[index].expected = expected.clone();
                });
            }
        }
        for (index, check) in block.body.iter().enumerate() {
            if skips_content && check.reads_content() {
                continue;
            }
            for opposite in opposites_of_body(check, nothing) {
                add(name_of(check), opposite.at, spans_of(check), &|block| {
                    block.body[index] = opposite.check.clone();
                });
            }
        }
    }
    all
}

/// A block of a step to change, by its number in [`Step::blocks`].
fn block_of(step: &mut Step, number: usize) -> Option<&mut Block> {
    let own = step.expect.iter_mut();
    let of_rules = step.rules.iter_mut();
    let of_rules = of_rules.flat_map(|one| &mut Arc::make_mut(&mut one.rule).blocks);
    own.chain(of_rules).nth(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::judge_step;
    use crate::load::{SuiteSource, Thoroughness, load_suite};
    use crate::model::{BodyCheck, Coded, Response, Scope, Suite};

    const CONTRACT: &str = "contract: c\ntitle: c\nservice: c\nservices: { c: {} }\nrequirements:\n  \
        - { id: C-01, level: MUST, sentence: s, source: here }\n";

    const CASES: &str = r#"contract: c
title: c
cases:
  - id: nothing
    request: { GET: / }
    expect: [{ proves: [C-01], status: 200, schema: { not: {} } }]
  - id: one
    request: { GET: / }
    expect:
      - proves: [C-01]
        status: 200
        headers:
          Content-Type: <media-type application/x-ndjson; charset=utf-8>
          Set-Cookie: { sid: { value: <non-empty>, HttpOnly: true, Secure: false, Path: /, Domain: <absent> }, a: <present>, b: <absent> }
          Link: { next: /2, last: { url: /9, title: t }, prev: <absent> }
      - proves: [C-01]
        bytes: { length: 16, starts-with: "{", sha256: "6f5dbbc9ed6c9f4bb5ac0fe2d68f0b4f61b3a0e0b1d5e4a3b2c1d0e9f8a7b6c5" }
      - { proves: [C-01], encoded: { coding: gzip, size: 3 } }
      - { proves: [C-01], jsonl: { each: { a: <integer> }, schema: { type: object }, count: 2 } }
"#;

    fn suite() -> Suite {
        let body = b"{\"a\":1}\n{\"a\":2}\n";
        let digest = ring::digest::digest(&ring::digest::SHA256, body);
        let digest = crate::model::hexadecimal(digest.as_ref());
        let cases = CASES.replace(
            "6f5dbbc9ed6c9f4bb5ac0fe2d68f0b4f61b3a0e0b1d5e4a3b2c1d0e9f8a7b6c5",
            &digest,
        );
        let files = [
            ("cases/c/contract.yaml", CONTRACT),
            ("cases/c/all.yaml", &cases),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let loaded = load_suite(&SuiteSource::Texts(files.into()), Thoroughness::ForRun);
        assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
        loaded.suite
    }

    #[test]
    fn every_check_of_an_answer_passes_and_each_of_its_opposites_fails_at_its_place() {
        let suite = suite();
        let case = |id: &str| {
            suite
                .cases
                .iter()
                .find(|case| case.id.ends_with(id))
                .unwrap()
        };
        let BodyCheck::Schema { schema, .. } = case("nothing").steps[0].expect[0].body[0] else {
            panic!("a schema");
        };
        let headers = [
            ("Content-Type", "application/x-ndjson; charset=UTF-8"),
            ("Content-Encoding", "gzip"),
            ("Set-Cookie", "sid=1; HttpOnly; Path=/"),
            ("Set-Cookie", "a=1"),
            ("Link", "</2>; rel=next, </9>; rel=last; title=t"),
        ];
        let response = Response {
            status: 200,
            headers: headers
                .map(|(name, value)| (name.to_owned(), value.into()))
                .into(),
            body: b"{\"a\":1}\n{\"a\":2}\n".to_vec(),
            coded: Some(Coded {
                codings: "gzip".into(),
                received: vec![0; 3],
                fault: None,
            }),
            ..Response::default()
        };
        let none = BTreeMap::new();
        let scope = Scope {
            fixtures: &BTreeMap::new(),
            captures: &none,
        };
        let step = &case("one").steps[0];
        let judged = judge_step(0, step, scope, &response, &suite);
        assert_eq!(judged.findings, []);
        let all = inversions(step, &response, schema);
        let checks: Vec<&str> = all.iter().map(|one| one.check.as_str()).collect();
        let of = |name: &str| checks.iter().filter(|check| **check == name).count();
        assert_eq!(of("header Content-Type"), 2);
        assert_eq!(of("header Set-Cookie"), 7);
        assert_eq!(of("header Link"), 4);
        assert_eq!(
            checks.iter().filter(|one| one.starts_with("bytes")).count(),
            3
        );
        assert_eq!(
            checks
                .iter()
                .filter(|one| one.starts_with("encoded"))
                .count(),
            2
        );
        assert_eq!(
            checks.iter().filter(|one| one.starts_with("jsonl")).count(),
            3
        );
        for inversion in &all {
            let findings = judge_step(0, &inversion.step, scope, &response, &suite).findings;
            let places: Vec<CheckAt> = inversion
                .spans
                .iter()
                .map(|span| check_at(&suite.sources.place(*span)))
                .collect();
            let verdict = verdict(&findings, inversion.block, &places);
            assert_eq!(verdict, Ok(()), "{}", inversion.check);
        }
    }
}
