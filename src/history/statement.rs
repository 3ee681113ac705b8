//! The statement that a report supports.

use std::collections::BTreeSet;

use crate::model::conformance::Conformance;
use crate::model::statement::{
    STATEMENT_FORMAT, StatedContract, StatedLevel, StatedRecording, StatedReport,
    StatedRequirement, StatedSuite, StatedTarget, StatedWaiver, Statement,
};
use crate::model::{Disposition, Level, Report, RequirementReport, WaiverReport};

/// Makes the statement of a run. `sha256` is the digest of the bytes of its JSON report.
///
/// `has_addresses`: whether the origins of the services are stated. Nothing else of their URLs ever is.
pub fn statement_of(report: &Report, sha256: &str, has_addresses: bool) -> Statement {
    let (conformance, reasons) = Conformance::of(report);
    let waived = report.waived_requirements();
    let requirements: Vec<StatedRequirement> = report
        .requirements
        .iter()
        .map(|one| requirement(one, &waived))
        .collect();
    let services = report.target.services.iter();
    let services = services.filter(|_| has_addresses);
    Statement {
        format: STATEMENT_FORMAT.into(),
        conformance,
        reasons,
        target: StatedTarget {
            name: report.target.name.to_string(),
            services: services
                .map(|(name, url)| (name.clone(), origin(url)))
                .collect(),
            insecure: report.target.insecure,
        },
        date: report.started.clone(),
        probity: report.probity.clone(),
        suite: StatedSuite {
            name: match &report.suite_name {
                Some(name) => name.to_string(),
                None => last_segment(&report.suite),
            },
            digest: report.suite_digest.clone(),
            contracts: report
                .contracts
                .iter()
                .map(|one| StatedContract {
                    name: one.name.clone(),
                    title: one.title.clone(),
                    digest: one.digest,
                })
                .collect(),
        },
        selection: report.selection.clone(),
        recording: report.recording.as_ref().map(|one| StatedRecording {
            creator: one.creator.clone(),
            recorded: one.recorded.clone(),
        }),
        cases: report.summary,
        levels: sums(&requirements),
        requirements,
        waivers: report.waivers.iter().map(waiver).collect(),
        report: StatedReport {
            sha256: sha256.into(),
        },
    }
}

/// The sums of each level, MUST first.
pub(super) fn sums(requirements: &[StatedRequirement]) -> Vec<StatedLevel> {
    let levels = [Level::Must, Level::Should, Level::May];
    levels
        .map(|level| {
            let own = || requirements.iter().filter(move |one| one.level == level);
            let with = |disposition| own().filter(|one| one.disposition == disposition).count();
            StatedLevel {
                level,
                upheld: with(Disposition::Upheld),
                violated: with(Disposition::Violated),
                unproven: with(Disposition::Unproven),
                not_applicable: with(Disposition::NotApplicable),
                waived: own().filter(|one| one.waived).count(),
            }
        })
        .into()
}

fn requirement(one: &RequirementReport, waived: &BTreeSet<&str>) -> StatedRequirement {
    StatedRequirement {
        id: one.id.clone(),
        contract: one.contract.clone(),
        level: one.level,
        disposition: one.disposition,
        waived: waived.contains(one.id.as_str()),
        reason: one.reason.to_string(),
    }
}

fn waiver(one: &WaiverReport) -> StatedWaiver {
    StatedWaiver {
        case: one.case.clone(),
        requirement: one.requirement.clone(),
        kind: one.kind,
        reason: one.reason.clone(),
        issue: one.issue.clone(),
        expires: one.expires.clone(),
        standing: one.standing,
    }
}

/// The name of a directory without where it is on the machine of the run.
fn last_segment(path: &str) -> String {
    let mut segments = path.split(['/', '\\']).rev();
    let named = segments.find(|segment| !matches!(*segment, "" | "." | ".."));
    named.unwrap_or(path).to_owned()
}

/// Scheme, host and port of a URL; nothing of another text.
fn origin(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else {
        return String::new();
    };
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{scheme}://{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_directory_of_a_suite_has_no_path() {
        for (path, stated) in [
            ("embedded", "embedded"),
            ("/home/kim/suite/", "suite"),
            ("C:\\work\\suite", "suite"),
            ("./a", "a"),
            (".", "."),
        ] {
            assert_eq!(last_segment(path), stated);
        }
    }

    #[test]
    fn only_the_origin_of_a_url_is_stated() {
        for (url, stated) in [
            (
                "https://api.example:8443/v1?key=s",
                "https://api.example:8443",
            ),
            ("https://user:word@api.example/v1", "https://api.example"),
            ("http://[::1]:80", "http://[::1]:80"),
            ("api.example/secret", ""),
        ] {
            assert_eq!(origin(url), stated);
        }
    }
}
