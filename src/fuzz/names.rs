//! The names of operations: a request belongs to the operation of the contract whose path its own fits.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::fuzz::request::operation;
use crate::fuzz::requests::Requests;
use crate::fuzz::seed::Seed;
use crate::model::Operation;

/// What operations are called in the tables of a session.
#[derive(Debug)]
pub(crate) struct Names<'r> {
    requests: &'r Requests,
    /// The operations that cases write, each with its contract.
    written: BTreeSet<(String, String)>,
}

impl<'r> Names<'r> {
    pub(crate) fn new(seeds: &[Seed], requests: &'r Requests) -> Names<'r> {
        let mut written = BTreeSet::new();
        for seed in seeds {
            let steps = seed.steps.iter();
            let requests = steps.filter_map(|step| step.get("request")?.as_object());
            let names = requests.filter_map(operation);
            written.extend(names.map(|name| (seed.contract.clone(), name)));
        }
        Names { requests, written }
    }

    /// The operation of a request. Where an entry of `requests` names it, that is the operation: a literal value in its
    /// path (`/todos/word`) is none of its own. So it is with a rule, if another request has just its path: one rule for
    /// many operations gives no name.
    pub(crate) fn of(&self, contract: &str, request: &Map<String, Value>) -> Option<String> {
        let own = operation(request)?;
        let (method, path) = own.split_once(' ')?;
        let is_meant = |known: &&Operation| known.names(method, path);
        let rank = |known: &&Operation| (known.fixed_segments(), Reverse(known.open_segments()));
        let described = self.requests.described(contract).filter(is_meant);
        // The first of equals.
        let described = described.rev().max_by_key(rank);
        let is_written = |known: &&Operation| {
            let name = (contract.to_owned(), known.name().to_owned());
            self.written.contains(&name)
        };
        let ruled = || {
            let ruled = self.requests.ruled(contract);
            ruled.filter(is_meant).filter(is_written).max_by_key(rank)
        };
        let name = described
            .or_else(ruled)
            .map(|known| known.name().to_owned());
        Some(name.unwrap_or(own))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::seed::seeds;
    use serde_json::json;

    #[test]
    fn a_literal_value_in_a_path_is_no_operation_of_its_own() {
        let contract = "contract: a\nrequests: [{ operation: \"PATCH /todos/{}\" }, { operation: [POST /todos, \"PATCH /todos/all\"] }]\nanswers:\n  - { id: get, operation: [\"GET /todos/{}\", \"GET /lists/{}\"] }\n  - { id: all, operation: \"GET /{**}\" }\n";
        let cases =
            "contract: a\ncases:\n  - { id: one, request: { GET: \"/todos/${fixture.id}\" } }\n";
        let texts = [
            ("cases/a/contract.yaml".to_owned(), contract.to_owned()),
            ("cases/a/b.yaml".to_owned(), cases.to_owned()),
        ];
        let requests = Requests::new(&texts);
        let seeds = seeds(&texts);
        let names = Names::new(&seeds, &requests);
        for (method, path, expected) in [
            ("PATCH", "/todos/word", "PATCH /todos/{}"),
            ("PATCH", "/todos/${fixture.id}?x=1", "PATCH /todos/{}"),
            // The more exact operation.
            ("PATCH", "/todos/all", "PATCH /todos/all"),
            ("PATCH", "/todos/1/2", "PATCH /todos/1/2"),
            ("GET", "/todos/7", "GET /todos/{}"),
            // No case sends just this, and one rule for all is no operation.
            ("GET", "/lists/7", "GET /lists/7"),
            ("GET", "/other", "GET /other"),
        ] {
            let request = json!({ method: path });
            let request = request.as_object().unwrap();
            assert_eq!(names.of("a", request).as_deref(), Some(expected), "{path}");
        }
        let request = json!({ "PATCH": "/todos/word" });
        let of_other = names.of("b", request.as_object().unwrap());
        assert_eq!(of_other.as_deref(), Some("PATCH /todos/word"));
    }
}
