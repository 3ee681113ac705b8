//! Are the causes those that the cases give?

use crate::model::cause::Cause;
use crate::model::causes::causes;
use crate::model::contradiction::{Contradiction, is_own, quoted};
use crate::model::report::Report;

/// The first cause that the cases do not give, or that is missing.
pub(super) fn contradiction(report: &Report) -> Option<Contradiction> {
    let stated = &report.causes;
    if !is_own(report) {
        return None;
    }
    let given = causes(&report.cases, &report.waivers);
    if *stated == given {
        return None;
    }
    let has = |all: &[Cause], one: &Cause| all.iter().any(|other| other.id == one.id);
    if let Some(index) = stated.iter().position(|one| !has(&given, one)) {
        let path = format!("$.causes[{index}].id");
        let follows = "the cases give no such cause";
        return Some(Contradiction::new(path, quoted(&stated[index].id), follows));
    }
    if let Some(missing) = given.iter().find(|one| !has(stated, one)) {
        let list = format!("a list of {}", stated.len());
        let follows = format!("the cases give {}, too", quoted(&missing.id));
        return Some(Contradiction::new("$.causes", list, follows));
    }
    let mut pairs = stated.iter().zip(&given);
    let at = pairs
        .position(|(one, other)| one != other)
        .unwrap_or(given.len());
    let path = format!("$.causes[{at}]");
    let id = stated
        .get(at)
        .map_or_else(String::new, |one| quoted(&one.id));
    Some(Contradiction::new(
        path,
        id,
        "the cases say something else of it, or of its place",
    ))
}
