//! How many requests a run sent, in words.

use crate::model::Summary;
use crate::report::page::count;

/// `201 requests (and 9 for tokens, 1 to see whether a service is there)`: those of cases, and the others.
pub(crate) fn requests(summary: &Summary) -> String {
    let others = [
        (summary.token_requests, "for tokens"),
        (
            summary.liveness_requests,
            "to see whether a service is there",
        ),
    ];
    let others = others.into_iter().filter(|(number, _)| *number > 0);
    let others: Vec<String> = others
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    let of_cases = count(summary.requests, "request");
    match others.as_slice() {
        [] => of_cases,
        others => format!("{of_cases} (and {})", others.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_that_are_of_no_case_are_told_beside_the_others() {
        let mut summary = Summary {
            requests: 201,
            ..Summary::default()
        };
        assert_eq!(requests(&summary), "201 requests");
        summary.liveness_requests = 1;
        summary.token_requests = 9;
        assert_eq!(
            requests(&summary),
            "201 requests (and 9 for tokens, 1 to see whether a service is there)"
        );
    }
}
