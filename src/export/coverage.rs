//! Compares what a document describes with what a suite, a report or a recording exercises.

mod members;
mod seen;

use std::collections::BTreeSet;

use crate::model::{
    ApiCoverage, ApiPart, ApiPartKind, DescribedOperation, Operation, OperationCoverage,
    SeenRequest,
};
pub use members::members_of_value;
pub use seen::{seen_in_step, seen_in_suite};

/// Compares. `has_checks` says whether the requests come with checks.
pub fn cover(
    (document, described): (&str, &[DescribedOperation]),
    (source, seen): (&str, &[SeenRequest]),
    has_checks: bool,
) -> ApiCoverage {
    let outlines: Vec<Operation> = described
        .iter()
        .map(|one| Operation::new(&format!("{} {}", one.method, one.path)))
        .collect();
    let mut requests: Vec<Vec<&SeenRequest>> = vec![Vec::new(); described.len()];
    let mut unknown = BTreeSet::new();
    for request in seen {
        match found(request, described, &outlines) {
            Some(index) => requests[index].push(request),
            None => {
                let path = request.paths.first().map_or("", String::as_str);
                unknown.insert(format!("{} {path}", request.method));
            }
        }
    }
    let operations = described.iter().zip(&requests);
    ApiCoverage {
        document: document.to_owned(),
        source: source.to_owned(),
        operations: operations
            .map(|(one, requests)| OperationCoverage {
                operation: one.title.clone(),
                parts: parts(one, requests, has_checks),
            })
            .collect(),
        unknown,
    }
}

/// The operation that a request belongs to: of those that name it, the one with the most fixed segments.
fn found(
    request: &SeenRequest,
    described: &[DescribedOperation],
    outlines: &[Operation],
) -> Option<usize> {
    let names = |index: &usize| {
        let below = |path: &String| {
            let mount = &described[*index].mount;
            let rest = path
                .strip_prefix(mount.as_str())
                .filter(|_| !mount.is_empty());
            outlines[*index].names(&request.method, path)
                || rest.is_some_and(|rest| outlines[*index].names(&request.method, rest))
        };
        request.paths.iter().any(below)
    };
    let all = (0..described.len()).filter(names);
    all.max_by_key(|index| outlines[*index].fixed_segments())
}

fn parts(
    described: &DescribedOperation,
    requests: &[&SeenRequest],
    has_checks: bool,
) -> Vec<ApiPart> {
    let part = |kind, name: String, exercised: bool, proven: bool| ApiPart {
        kind,
        name,
        exercised,
        proven: has_checks.then_some(proven && exercised),
    };
    let answers = || requests.iter().flat_map(|request| &request.answers);
    let proves = |request: &&&SeenRequest| request.answers.iter().any(|one| one.is_proven);
    let is_proven = requests.iter().any(|request| proves(&request));
    let mut parts = vec![part(
        ApiPartKind::Operation,
        described.title.clone(),
        !requests.is_empty(),
        is_proven,
    )];
    for (status, members) in &described.statuses {
        let of_status = || answers().filter(|one| is_described(described, status, &one.status));
        let of_proven = || of_status().filter(|one| one.is_proven);
        parts.push(part(
            ApiPartKind::Status,
            status.clone(),
            of_status().next().is_some(),
            of_proven().next().is_some(),
        ));
        for name in members {
            parts.push(part(
                ApiPartKind::Member,
                format!("{status} {name}"),
                of_status().any(|one| one.members.contains(name)),
                of_proven().any(|one| one.members.contains(name)),
            ));
        }
    }
    for name in &described.parameters {
        let with = || requests.iter().filter(|one| one.parameters.contains(name));
        parts.push(part(
            ApiPartKind::Parameter,
            name.clone(),
            with().next().is_some(),
            with().any(|request| proves(&request)),
        ));
    }
    for name in &described.body {
        let with = || requests.iter().filter(|one| one.body.contains(name));
        parts.push(part(
            ApiPartKind::RequestMember,
            name.clone(),
            with().next().is_some(),
            with().any(|request| proves(&request)),
        ));
    }
    parts
}

/// Is a status described by this entry of an operation, and by no more exact one?
fn is_described(operation: &DescribedOperation, entry: &str, status: &str) -> bool {
    let has = |key: &str| {
        operation
            .statuses
            .iter()
            .any(|(known, _)| known.eq_ignore_ascii_case(key))
    };
    let class = format!("{}XX", status.get(..1).unwrap_or_default());
    if entry.eq_ignore_ascii_case(status) {
        return true;
    }
    if entry.eq_ignore_ascii_case(&class) {
        return !has(status);
    }
    if status == class && !has(&class) {
        // A check accepts the class, of which the document has only this status.
        let of_class = |key: &str| key.get(..1) == status.get(..1);
        let own = operation.statuses.iter().filter(|(key, _)| of_class(key));
        return of_class(entry) && own.count() == 1;
    }
    entry == "default" && !has(status) && !has(&class)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SeenAnswer;

    fn described() -> Vec<DescribedOperation> {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        vec![DescribedOperation {
            title: "GET /pets/{id}".into(),
            method: "GET".into(),
            path: "/pets/{}".into(),
            mount: "/v1".into(),
            statuses: vec![
                ("200".into(), names(&["name", "tag"])),
                ("4XX".into(), names(&[])),
                ("default".into(), names(&[])),
            ],
            parameters: names(&["query limit"]),
            body: names(&[]),
        }]
    }

    fn request(path: &str, status: &str, is_proven: bool) -> SeenRequest {
        SeenRequest {
            method: "GET".into(),
            paths: vec![path.into()],
            answers: vec![SeenAnswer {
                status: status.into(),
                members: ["name".to_owned()].into(),
                is_proven,
            }],
            ..SeenRequest::default()
        }
    }

    fn names(coverage: &ApiCoverage, is_it: fn(&ApiPart) -> bool) -> Vec<String> {
        let parts = coverage.operations[0].parts.iter();
        parts
            .filter(|part| is_it(part))
            .map(|part| part.name.clone())
            .collect()
    }

    #[test]
    fn what_is_exercised_and_what_is_proven_are_two_things() {
        let seen = [
            request("/v1/pets/7", "200", true),
            request("/pets/7", "404", false),
            request("/dogs", "200", true),
        ];
        let coverage = cover(("api", &described()), ("suite", &seen), true);
        let exercised = names(&coverage, |part| part.exercised);
        assert_eq!(exercised, ["GET /pets/{id}", "200", "200 name", "4XX"]);
        let proven = names(&coverage, |part| part.proven == Some(true));
        assert_eq!(proven, ["GET /pets/{id}", "200", "200 name"]);
        assert_eq!(coverage.unknown, ["GET /dogs".to_owned()].into());
        assert_eq!(coverage.sums(None), (7, 4, 3));
        assert!((57.0..58.0).contains(&coverage.percent()));
    }

    #[test]
    fn a_recording_proves_nothing_and_a_document_of_nothing_is_no_success() {
        let seen = [request("/pets/7", "500", false)];
        let coverage = cover(("api", &described()), ("x.har", &seen), false);
        assert!(!coverage.has_checks());
        let exercised = names(&coverage, |part| part.exercised);
        assert_eq!(exercised, ["GET /pets/{id}", "default"]);
        let empty = cover(("api", &[]), ("suite", &seen), false);
        assert!(empty.percent() < f64::EPSILON);
    }
}
