//! What a run started with: enough to resume it after an interruption, and to detect that it would no longer be the
//! same run. It holds no secret.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::target::Target;

/// The options that have an effect on the outcome.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RunCommand {
    /// `--suite`; none is the embedded one.
    pub suite: Option<String>,
    /// `--target`; none is the reference deployment.
    pub target: Option<String>,
    /// `--only`.
    pub only: Vec<String>,
    /// `--waivers`.
    pub waivers: Option<String>,
    /// `--strict`.
    pub strict: bool,
    /// `--retries`.
    pub retries: u8,
    /// The seed of random values, if the cases have any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The reports: format and path.
    pub reports: Vec<(String, String)>,
}

/// What a target offers, apart from where it is and how its answers are waited for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setup {
    /// The digest of the suite.
    pub suite: String,
    /// Fixtures as JSON texts, by full name.
    pub fixtures: BTreeMap<String, String>,
    /// Capabilities, by full name.
    pub capabilities: BTreeSet<String>,
    /// Identities, by full name.
    pub identities: BTreeSet<String>,
    /// May cases change it?
    pub permits_write: bool,
    /// Requirements that do not apply to it, with the reason.
    pub not_applicable: BTreeMap<String, String>,
    /// Capabilities that it cannot have, with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cannot: BTreeMap<String, String>,
}

impl Setup {
    /// The setup of a target; `redact` takes secrets out of a text.
    pub fn of(suite: String, target: &Target, redact: &dyn Fn(&str) -> String) -> Setup {
        let fixtures = target.fixtures.iter();
        let reasons = |declared: &BTreeMap<String, String>| {
            let declared = declared.iter();
            declared
                .map(|(name, reason)| (name.clone(), redact(reason)))
                .collect()
        };
        Setup {
            suite,
            fixtures: fixtures
                .map(|(name, value)| (name.clone(), redact(&value.to_string())))
                .collect(),
            capabilities: target.capabilities.clone(),
            identities: target.identities.keys().cloned().collect(),
            permits_write: target.permits_write,
            not_applicable: reasons(&target.not_applicable),
            cannot: reasons(&target.cannot),
        }
    }
}
