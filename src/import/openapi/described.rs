//! What a document describes, for a comparison with what is exercised.

use std::collections::BTreeSet;
use std::path::Path;

use crate::import::openapi::document::Documents;
use crate::import::openapi::file::mount;
use crate::import::openapi::location::Location;
use crate::import::openapi::outline::members;
use crate::import::openapi::plan::{Plan, Planned};
use crate::import::openapi::read_api;
use crate::model::{DescribedOperation, Diagnostic, Sources};

/// The operations that the document in a file describes. `None` if it is none; what is wrong is in `found`.
pub fn described_operations(
    path: &Path,
    sources: &mut Sources,
    found: &mut Vec<Diagnostic>,
) -> Option<Vec<DescribedOperation>> {
    let documents = Documents::read(path, sources, found)?;
    let api = read_api::read(&documents, found)?;
    let plan = Plan::new(&documents, &api, found);
    let mount = mount(&api.server).unwrap_or_default();
    let operations = plan.operations.iter();
    Some(
        operations
            .map(|one| operation(&plan, one, &mount))
            .collect(),
    )
}

fn operation(plan: &Plan<'_>, planned: &Planned<'_>, mount: &str) -> DescribedOperation {
    let of_file = |file: Option<&str>| {
        let schema = file.and_then(|file| plan.schemas.written(file));
        schema
            .map(|schema| members(plan, schema))
            .unwrap_or_default()
    };
    let mut parameters = BTreeSet::new();
    for (location, word) in [
        (Location::Query, "query"),
        (Location::Header, "header"),
        (Location::Cookie, "cookie"),
    ] {
        for (parameter, _) in planned.parameters(location) {
            let name = match location {
                Location::Header => parameter.name.to_ascii_lowercase(),
                _ => parameter.name.clone(),
            };
            parameters.insert(format!("{word} {name}"));
        }
    }
    DescribedOperation {
        title: planned.title(),
        method: planned.operation.method.clone(),
        path: planned.outline.clone(),
        mount: mount.trim_end_matches('/').to_owned(),
        statuses: plan
            .responses(planned)
            .map(|(response, file)| (response.status.clone(), of_file(file)))
            .collect(),
        parameters,
        body: of_file(plan.body_schema(planned)),
    }
}
