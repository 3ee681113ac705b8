//! The status: is it accepted, and do the other checks describe this answer?

use crate::judge::mismatch::Mismatch;
use crate::model::{Block, FindingKind, Level, Response, StatusCheck, StatusPattern, Step};

/// Checks the status.
pub(super) fn judge(check: &StatusCheck, response: &Response) -> Option<Mismatch> {
    let is_accepted = check
        .accepts
        .iter()
        .any(|pattern| pattern.accepts(response.status));
    if is_accepted {
        return None;
    }
    let accepted: Vec<String> = check.accepts.iter().map(ToString::to_string).collect();
    let actual = format!("{} {}", response.status, response.reason);
    let actual = actual.trim_end();
    let mismatch = Mismatch::new(FindingKind::Status, check.span, format!("got {actual}"));
    Some(mismatch.expected(accepted.join(" or ")).actual(actual))
}

/// Is the status of a class that the step's required status checks accept? If not, the checks of
/// headers and body describe another answer. If no status is required, the recommended ones decide.
pub(super) fn is_answer_described(step: &Step, status: u16) -> bool {
    let checks = |required: bool| {
        step.expect
            .iter()
            .filter(move |block| matches!(block.level, None | Some(Level::Must)) == required)
            .filter_map(Block::required_status)
            .flat_map(|check| check.accepts.iter().copied())
    };
    let is_of_class = |pattern| accepts_class_of(pattern, status);
    if checks(true).next().is_some() {
        checks(true).any(is_of_class)
    } else {
        checks(false).next().is_none() || checks(false).any(is_of_class)
    }
}

/// Does the pattern accept any status of the class that `status` belongs to?
fn accepts_class_of(pattern: StatusPattern, status: u16) -> bool {
    match pattern {
        StatusPattern::Exact(accepted) => accepted / 100 == status / 100,
        StatusPattern::Class(_) | StatusPattern::NotClass(_) | StatusPattern::Any => {
            pattern.accepts(status)
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::judge::testing::{block, judge, must, response};
    use crate::model::{Block, Level, StatusPattern};
    use serde_json::json;

    fn should(status: u16) -> Block {
        block(&["R-2"], Some(Level::Should)).status(&[StatusPattern::Exact(status)])
    }

    #[test]
    fn any_of_the_accepted_statuses_will_do() {
        let accepts = [StatusPattern::Exact(200), StatusPattern::Class(4)];
        let message = |status| {
            let judgement = judge(vec![must().status(&accepts)], &response(status, ""));
            judgement
                .findings
                .into_iter()
                .map(|finding| (finding.message, finding.expected))
                .next()
        };
        assert_eq!(message(200), None);
        assert_eq!(message(418), None);
        assert_eq!(
            message(201),
            Some(("got 201".to_owned(), "200 or 4xx".to_owned()))
        );
    }

    #[test]
    fn an_answer_of_another_class_is_judged_no_further() {
        let blocks = vec![
            must().status(&[StatusPattern::Exact(200)]),
            block(&["R-4"], Some(Level::Must)).json(&json!({ "a": 1 })),
        ];
        let judgement = judge(blocks, &response(500, "oops"));
        assert_eq!(judgement.findings.len(), 1);
        assert_eq!((judgement.failed, judgement.unjudged), (1, 1));
        assert_eq!(judgement.blocks[0].violated, ["R-1"]);
        assert_eq!(judgement.blocks[1].unproven, ["R-4"]);
        assert!(!judgement.blocks[1].held);
    }

    #[test]
    fn an_answer_of_the_same_class_is_judged() {
        let blocks = vec![
            must().status(&[StatusPattern::Exact(200)]),
            block(&["R-4"], Some(Level::Must)).json(&json!({ "a": 1 })),
        ];
        let judgement = judge(blocks, &response(201, r#"{"a":1}"#));
        assert_eq!(judgement.blocks[1].upheld, ["R-4"]);
    }

    #[test]
    fn a_recommended_status_does_not_decide_what_is_judged() {
        let blocks = vec![
            must()
                .status(&[StatusPattern::Class(4)])
                .json(&json!({ "a": 1 })),
            should(200),
        ];
        assert_eq!(judge(blocks, &response(404, "{}")).findings.len(), 2);
        // Where none is required, the recommended ones do.
        let blocks = vec![should(200), must().json(&json!({ "a": 1 }))];
        assert_eq!(judge(blocks, &response(404, "{}")).unjudged, 1);
    }

    #[test]
    fn not_a_class_and_any_accept_other_classes() {
        for accepts in [StatusPattern::NotClass(5), StatusPattern::Any] {
            let blocks = vec![must().status(&[accepts]).json(&json!({}))];
            assert_eq!(judge(blocks, &response(302, "{}")).unjudged, 0);
        }
        let blocks = vec![
            must()
                .status(&[StatusPattern::NotClass(2)])
                .json(&json!({})),
        ];
        assert_eq!(judge(blocks, &response(200, "{}")).unjudged, 1);
    }
}
