//! Branches: blocks that are about some answers only (`when`), and alternatives of which one must hold (`any-of`).
//!
//! Alternatives are judged in the order of the file, and the first that holds is taken. If none holds, the findings are
//! those of the nearest one, and a line for each of the others. They blame all requirements of the block: no alternative
//! shows that any part of it is upheld.

use std::time::Duration;

use crate::judge::body::Body;
use crate::judge::judge_block;
use crate::judge::mismatch::{Mismatch, WithoutDocument};
use crate::judge::tally::Tally;
use crate::judge::{headers, status};
use crate::model::{Block, Response, Scope, Suite};

/// Is the block about this answer?
pub(super) fn applies(block: &Block, scope: Scope<'_>, response: &Response) -> bool {
    block.when.as_ref().is_none_or(|when| {
        let has_status = |check| status::judge(check, response).is_none();
        let has_header = |check| headers::judge(check, scope, response).is_empty();
        when.status.iter().all(has_status) && when.headers.iter().all(has_header)
    })
}

/// An alternative that does not hold.
struct Failed {
    /// Which one, from 0.
    index: usize,
    tally: Tally,
    /// What it reported about the body as such.
    reported: [bool; 2],
}

/// Checks the alternatives of a block: together they are one check.
pub(super) fn judge_alternatives(
    block: &Block,
    took: Option<Duration>,
    scope: Scope<'_>,
    body: &Body<'_>,
    suite: &Suite,
    tally: &mut Tally,
) {
    if block.any_of.is_empty() {
        return;
    }
    if tally.status.is_some() {
        // Each alternative describes an answer with another status.
        tally.unjudged += 1;
        return;
    }
    // What an alternative reports counts only if its findings do.
    let reported = body.reported();
    let mut failed = Vec::with_capacity(block.any_of.len());
    for (index, alternative) in block.any_of.iter().enumerate() {
        body.set_reported(reported);
        let one = judge_block(alternative, true, took, scope, body, suite);
        if one.failed == 0 && one.unjudged == 0 && one.passed > 0 {
            body.set_reported(reported);
            tally.alternative = Some(index);
            tally.pass(1);
            return;
        }
        if one.failed > 0 {
            failed.push(Failed {
                index,
                tally: one,
                reported: body.reported(),
            });
        }
    }
    body.set_reported(reported);
    if failed.len() < block.any_of.len() {
        // One of them could not be judged.
        tally.unjudged += 1;
        return;
    }
    let nearest = failed.iter().min_by_key(|one| {
        let Failed { index, tally, .. } = one;
        (tally.status.is_some(), tally.rest.len(), *index)
    });
    let Some(nearest) = nearest else { return };
    body.set_reported(nearest.reported);
    let nearest = nearest.index;
    let is_about_nothing = |one: &Failed| {
        one.tally.status.is_none() && one.tally.rest.iter().all(Mismatch::is_about_nothing)
    };
    let is_excusable = failed.iter().any(is_about_nothing);
    let is_form = failed.iter().all(|one| {
        one.tally
            .rest
            .iter()
            .any(|one| one.without_document.is_some())
    });
    let total = failed.len();
    let (mut first, mut others) = (Vec::new(), Vec::new());
    for one in failed {
        let span = block.any_of[one.index].span;
        let mismatches: Vec<Mismatch> =
            one.tally.status.into_iter().chain(one.tally.rest).collect();
        let number = one.index + 1;
        if one.index == nearest {
            first = mismatches;
            for mismatch in &mut first {
                let message = &mismatch.message;
                mismatch.message =
                    format!("{message} (alternative {number} of {total}, the nearest one)");
            }
        } else {
            others.extend(in_one_line(mismatches, number).map(|one| Mismatch { span, ..one }));
        }
    }
    let all = first.into_iter().chain(others);
    let found = all.map(|mismatch| Mismatch {
        requirement: None,
        without_document: match mismatch.without_document {
            _ if is_excusable => Some(WithoutDocument::NothingToJudge),
            known if is_form => known,
            _ => None,
        },
        ..mismatch
    });
    tally.record(found.collect());
    tally.without_document += usize::from(is_excusable);
}

/// What an alternative that is not the nearest found: the first mismatch, and how many more there are.
fn in_one_line(mismatches: Vec<Mismatch>, number: usize) -> Option<Mismatch> {
    let more = match mismatches.len().saturating_sub(1) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let first = mismatches.into_iter().next()?;
    Some(Mismatch {
        message: format!("alternative {number}: {}{more}", first.message),
        diff: None,
        ..first
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::judge::testing::{block, judge, kinds, must, response, span};
    use crate::model::{
        Block, HeaderCheck, HeaderExpectation, Judgement, Level, Response, StatusCheck,
        StatusPattern, When,
    };

    fn status(status: u16) -> [StatusPattern; 1] {
        [StatusPattern::Exact(status)]
    }

    /// A block that is about answers with this status.
    fn when(accepted: u16, block: Block) -> Block {
        let check = StatusCheck {
            accepts: status(accepted).to_vec(),
            span: span(),
        };
        Block {
            when: Some(Box::new(When {
                status: Some(check),
                headers: Vec::new(),
                span: span(),
            })),
            ..block
        }
    }

    fn any_of(alternatives: Vec<Block>) -> Block {
        Block {
            any_of: alternatives,
            ..must()
        }
    }

    fn alternative() -> Block {
        block(&[], Some(Level::Must))
    }

    fn both() -> Block {
        block(&[], None).status(&[StatusPattern::Exact(200), StatusPattern::Exact(206)])
    }

    fn messages(judgement: &Judgement) -> Vec<&str> {
        let findings = judgement.findings.iter();
        findings.map(|finding| finding.message.as_str()).collect()
    }

    #[test]
    fn a_block_about_other_answers_proves_nothing_and_finds_nothing() {
        let blocks = || vec![both(), when(206, must().json(&json!({ "a": 1 })))];
        let judgement = judge(blocks(), &response(200, "<html>"));
        assert_eq!(judgement.findings, []);
        let outcome = &judgement.blocks[1];
        assert!(!outcome.applied && !outcome.held);
        assert_eq!(
            (&outcome.upheld, &outcome.unproven),
            (&vec![], &vec!["R-1".to_owned()])
        );
        assert_eq!((judgement.passed, judgement.unjudged), (1, 1));

        let judgement = judge(blocks(), &response(206, r#"{"a":1}"#));
        assert_eq!(judgement.blocks[1].upheld, ["R-1"]);
        assert!(judgement.blocks[1].applied);
        let judgement = judge(blocks(), &response(206, r#"{"a":2}"#));
        assert_eq!(judgement.blocks[1].violated, ["R-1"]);
    }

    #[test]
    fn one_of_the_branches_that_prove_a_requirement_is_enough() {
        let blocks = vec![
            both(),
            when(206, must().json(&json!(1))),
            when(200, must().json(&json!(2))),
        ];
        let judgement = judge(blocks, &response(200, "2"));
        assert_eq!(judgement.blocks[1].unproven, [""; 0]);
        assert_eq!(judgement.blocks[2].upheld, ["R-1"]);
        // A block without a condition is none of the branches.
        let blocks = vec![
            must().status(&status(200)),
            when(206, must().json(&json!(1))),
        ];
        let judgement = judge(blocks, &response(200, "2"));
        assert_eq!(judgement.blocks[1].unproven, ["R-1"]);
    }

    #[test]
    fn the_status_of_a_branch_does_not_say_which_answers_the_step_accepts() {
        let blocks = vec![
            must().status(&status(200)),
            when(500, must().status(&status(500))),
            must().json(&json!(1)),
        ];
        let judgement = judge(blocks, &response(500, "2"));
        assert_eq!(messages(&judgement), ["got 500"]);
        assert_eq!(judgement.blocks[2].unproven, ["R-1"]);
    }

    #[test]
    fn a_condition_can_be_about_a_header() {
        let check = HeaderCheck {
            name: "Content-Range".into(),
            expected: HeaderExpectation::Present,
            span: span(),
        };
        let mut conditional = when(206, must().json(&json!(1)));
        conditional.when.as_mut().unwrap().headers.push(check);
        let with = Response {
            headers: vec![("content-range".into(), b"bytes 0-1/2".to_vec())],
            ..response(206, "2")
        };
        let blocks = || vec![both(), conditional.clone()];
        assert!(judge(blocks(), &with).blocks[1].applied);
        assert!(!judge(blocks(), &response(206, "2")).blocks[1].applied);
    }

    #[test]
    fn the_first_alternative_that_holds_is_taken() {
        let blocks = |body: &str| {
            let one = |value: u8| alternative().json(&json!({ "a": value }));
            let blocks = vec![both(), any_of(vec![one(1), one(2), one(2)])];
            judge(blocks, &response(200, body))
        };
        let held = blocks(r#"{"a":2}"#);
        assert_eq!(
            (&held.blocks[1].upheld[..], held.blocks[1].alternative),
            (&["R-1".to_owned()][..], Some(1))
        );
        assert_eq!((held.passed, held.failed), (2, 0));
        let broken = blocks(r#"{"a":3}"#);
        assert_eq!((broken.passed, broken.failed), (1, 1));
        assert_eq!(broken.blocks[1].violated, ["R-1"]);
        assert_eq!(broken.blocks[1].alternative, None);
        assert_eq!(
            messages(&broken),
            [
                "is 3, expected 1 (alternative 1 of 3, the nearest one)",
                "alternative 2: is 3, expected 2",
                "alternative 3: is 3, expected 2",
            ]
        );
    }

    #[test]
    fn the_nearest_alternative_is_reported_in_full() {
        let far = alternative().status(&status(206)).json(&json!({ "a": 1 }));
        let near = alternative()
            .status(&status(200))
            .json(&json!({ "a": 1, "b": 2, "c": 3 }));
        let judgement = judge(
            vec![both(), any_of(vec![far, near])],
            &response(200, r#"{"a":1}"#),
        );
        assert_eq!(
            messages(&judgement),
            [
                "member `b` is missing (alternative 2 of 2, the nearest one)",
                "member `c` is missing (alternative 2 of 2, the nearest one)",
                "alternative 1: got 200",
            ]
        );
    }

    #[test]
    fn what_one_alternative_reports_about_the_body_is_not_hidden_from_the_next() {
        for trailing in [true, false] {
            let response = Response {
                trailing: if trailing {
                    b"more".to_vec()
                } else {
                    Vec::new()
                },
                saw_wire: true,
                ..response(200, if trailing { "1" } else { r#"{"a":1,"a":1}"# })
            };
            let one = || alternative().json(&json!(1));
            let two = || alternative().json(&json!({ "a": 1 }));
            let judgement = judge(vec![both(), any_of(vec![one(), two()])], &response);
            assert_eq!(judgement.blocks[1].violated, ["R-1"], "{trailing}");
            // A later block need not report it again, and may not pass over it if no alternative did.
            let only_status = alternative().status(&status(200));
            let blocks = vec![
                both(),
                any_of(vec![one(), only_status]),
                must().json(&json!({})),
            ];
            let judgement = judge(blocks, &response);
            assert_eq!(judgement.blocks[2].violated, ["R-1"], "{trailing}");
        }
    }

    #[test]
    fn an_alternative_that_cannot_be_judged_proves_nothing() {
        let empty = alternative().body(crate::model::BodyCheck::Empty { span: span() });
        let other = alternative().json(&json!(1));
        let judgement = judge(vec![both(), any_of(vec![other, empty])], &response(200, ""));
        assert_eq!(judgement.findings, []);
        assert_eq!(judgement.blocks[1].unproven, ["R-1"]);
    }

    #[test]
    fn a_body_that_is_no_document_fails_alternatives_that_look_inside() {
        let one = |value: u8| alternative().json(&json!(value));
        let judgement = judge(
            vec![both(), any_of(vec![one(1), one(2)])],
            &response(200, "<"),
        );
        assert_eq!(kinds(&judgement), [("not-json", "-"), ("not-json", "-")]);
        assert_eq!(judgement.blocks[1].violated, ["R-1"]);
    }

    #[test]
    fn an_unexpected_status_violates_what_the_block_blames_for_it() {
        let alternatives = vec![
            alternative().status(&status(200)),
            alternative().status(&status(206)),
        ];
        let block = Block {
            blames: vec![("R-2".into(), status(404).to_vec())],
            any_of: alternatives,
            ..block(&["R-1", "R-2"], Some(Level::Must))
                .status(&[StatusPattern::Exact(200), StatusPattern::Exact(206)])
        };
        let judgement = judge(vec![block], &response(404, ""));
        assert_eq!(messages(&judgement), ["got 404"]);
        assert_eq!(judgement.blocks[0].violated, ["R-2"]);
        assert_eq!(judgement.blocks[0].unproven, ["R-1"]);
    }
}
