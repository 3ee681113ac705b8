//! A part of a proof: what one shard found, and how the parts of all shards become the proof.
//!
//! Mutants, faults, variants and cases alone are divided, item by item. The rest is quick, and is done when the parts are
//! merged: the passing run, the inverted checks, and what the contracts allow.

use std::collections::{BTreeMap, BTreeSet};

use ring::digest::{Context, SHA256, digest};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::model::{FalseAlarm, Shard, hexadecimal};
use crate::prove::rejudge::GreenCase;
use crate::prove::server::{FaultEvidence, chosen_faults, chosen_variants};
use crate::prove::survey::Survey;
use crate::prove::undo::Traces;
use crate::prove::{Material, redact};
use crate::redact::Redactor;

/// The value of the member `format` of a part: name and version of the JSON form, which only this version reads.
const PART_FORMAT: &str = "probity-proof-part/1";

/// More of anything is a mistake: the numbers of all shards are added.
const MOST: u64 = 1 << 40;

/// What mutants and servers showed.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Evidence {
    pub(super) survey: Survey,
    /// Absent if the target is not the reference deployment.
    pub(super) servers: Option<ServerEvidence>,
}

/// What servers showed whose behaviour is known.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct ServerEvidence {
    pub(super) faults: FaultEvidence,
    /// The false alarms, by the place of the server among those with variants.
    pub(super) variants: BTreeMap<usize, Vec<FalseAlarm>>,
    /// The cases that were run alone, by their places.
    pub(super) alone: BTreeSet<usize>,
    pub(super) traces: Traces,
}

impl ServerEvidence {
    /// How many servers there are results of.
    fn started(&self) -> usize {
        self.faults.outcomes.len() + self.variants.len() + self.alone.len()
    }
}

/// The part of a proof that one shard made.
#[derive(Debug, Serialize, Deserialize)]
pub struct ProofPart {
    format: String,
    probity: String,
    shard: Shard,
    /// The digest of what is proven: equal in all parts of a proof.
    subject: String,
    evidence: Evidence,
}

/// Why parts make no proof.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// It is no part of a proof.
    #[error("it is no part of a proof: {0}")]
    Form(String),
    /// Another version has other mutants.
    #[error("it is of version {0}, and this is {this}", this = env!("CARGO_PKG_VERSION"))]
    Version(String),
    /// Two parts are of different proofs.
    #[error(
        "shard {0} is of another proof: the suite, the target, the selection, or the cases that passed differ"
    )]
    Foreign(Shard),
    /// The numbers of shards differ.
    #[error("shard {0} is one of {of}, and shard {1} is one of {other}", of = .0.of(), other = .1.of())]
    Number(Shard, Shard),
    /// A shard is there twice.
    #[error("shard {0} is there twice")]
    Repeated(Shard),
    /// Shards are missing.
    #[error("missing: {}", .0.iter().map(|shard| format!("shard {shard}")).collect::<Vec<_>>().join(", "))]
    Missing(Vec<Shard>),
    /// The parts together are not everything.
    #[error("the parts do not make the whole: {0}")]
    Gap(String),
}

impl ProofPart {
    /// The part of a shard, without secrets.
    pub(super) fn new(
        shard: Shard,
        subject: String,
        evidence: Evidence,
        redactor: &Redactor,
    ) -> ProofPart {
        let part = ProofPart {
            format: PART_FORMAT.into(),
            probity: env!("CARGO_PKG_VERSION").into(),
            shard,
            subject,
            evidence,
        };
        part.redacted(redactor)
    }

    /// Without secrets. A part that cannot be read again then stays as it is, and the scan of the output stops it.
    fn redacted(self, redactor: &Redactor) -> ProofPart {
        let Ok(text) = serde_json::to_string(&self) else {
            return self;
        };
        let redactor = redactor.for_text(&text);
        if !redactor.finds(&text) {
            return self;
        }
        let redacted =
            serde_json::from_str(&text).map(|value| redact::redact_value(value, &redactor));
        redacted.and_then(serde_json::from_value).unwrap_or(self)
    }

    /// Reads a part.
    ///
    /// # Errors
    ///
    /// When it is none, or one of another version.
    pub fn read(text: &[u8]) -> Result<ProofPart, PartError> {
        let form = |error: serde_json::Error| PartError::Form(error.to_string());
        let value: Value = serde_json::from_slice(text).map_err(form)?;
        let member = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        if member("format") != PART_FORMAT {
            return Err(PartError::Form(format!("`format` is not {PART_FORMAT}")));
        }
        if member("probity") != env!("CARGO_PKG_VERSION") {
            return Err(PartError::Version(member("probity")));
        }
        if member("digest") != digest_of(&value["evidence"]) || !has_small_numbers(&value) {
            return Err(PartError::Form(
                "it was changed after it was written".into(),
            ));
        }
        serde_json::from_value(value).map_err(form)
    }

    /// The JSON form, with the digest of the evidence: a part is not for editing.
    ///
    /// # Errors
    ///
    /// When it has no JSON form.
    pub fn to_json(&self) -> serde_json::Result<Value> {
        let mut value = serde_json::to_value(self)?;
        value["digest"] = digest_of(&value["evidence"]).into();
        Ok(value)
    }

    /// The shard.
    pub fn shard(&self) -> Shard {
        self.shard
    }

    /// What it did, in one line.
    pub fn summary(&self) -> String {
        let survey = &self.evidence.survey;
        let mut text = format!("{} of {} mutants", survey.judged, survey.made);
        if let Some(servers) = &self.evidence.servers {
            let (faults, variants) = (servers.faults.outcomes.len(), servers.variants.len());
            let alone = servers.alone.len();
            text += &format!(", {faults} faults, {variants} variants, cleanup of {alone} cases");
        }
        text
    }
}

fn digest_of(evidence: &Value) -> String {
    hexadecimal(digest(&SHA256, evidence.to_string().as_bytes()).as_ref())
}

/// Can the numbers of all shards be added?
fn has_small_numbers(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_u64().is_some_and(|number| number < MOST),
        Value::Array(items) => items.iter().all(has_small_numbers),
        Value::Object(members) => members.values().all(has_small_numbers),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// The digest of what is proven.
pub(super) fn subject_digest(
    material: &Material,
    cases: &[GreenCase<'_>],
    selection: &[String],
) -> String {
    let suite = &material.suite;
    let cases: Vec<Value> = cases
        .iter()
        .map(|green| {
            let answers = green.answers.iter();
            let statuses: Vec<u16> = answers.map(|answer| answer.response.status).collect();
            serde_json::json!([green.case.id, statuses])
        })
        .collect();
    // Checks are known by their places, so the texts must be the same to the letter.
    let mut texts = Context::new(&SHA256);
    for (name, text) in suite.sources.texts() {
        texts.update(name.as_bytes());
        texts.update(&[0]);
        texts.update(text.as_bytes());
        texts.update(&[0]);
    }
    let subject = serde_json::json!([
        suite.digest,
        hexadecimal(texts.finish().as_ref()),
        material.target.name,
        material.base.is_some(),
        selection,
        cases
    ]);
    hexadecimal(digest(&SHA256, subject.to_string().as_bytes()).as_ref())
}

/// The evidence of all parts together.
///
/// # Errors
///
/// When a part is missing, repeated or foreign, or when something was done by none of them.
pub(super) fn merged(
    parts: Vec<ProofPart>,
    subject: &str,
    material: &Material,
    lenders: usize,
) -> Result<Evidence, PartError> {
    let first = parts.first().map(ProofPart::shard);
    let first = first.ok_or_else(|| PartError::Form("there are no parts".into()))?;
    let mut seen = BTreeSet::new();
    for part in &parts {
        let shard = part.shard;
        if part.subject != subject {
            return Err(PartError::Foreign(shard));
        }
        if shard.of() != first.of() {
            return Err(PartError::Number(first, shard));
        }
        if !seen.insert(shard.number()) {
            return Err(PartError::Repeated(shard));
        }
    }
    let all = (1..=first.of()).filter(|number| !seen.contains(number));
    let missing: Vec<Shard> = all
        .filter_map(|number| Shard::new(number, first.of()).ok())
        .collect();
    if !missing.is_empty() {
        return Err(PartError::Missing(missing));
    }
    let made: BTreeSet<usize> = parts.iter().map(|part| part.evidence.survey.made).collect();
    let mut whole = Evidence::default();
    let mut started = 0;
    for part in parts {
        whole.survey.merge(part.evidence.survey);
        if let Some(theirs) = part.evidence.servers {
            started += theirs.started();
            let ours = whole.servers.get_or_insert_default();
            ours.faults.merge(theirs.faults);
            ours.variants.extend(theirs.variants);
            ours.alone.extend(theirs.alone);
            ours.traces.merge(theirs.traces);
        }
    }
    let is_whole = made.len() == 1 && made.contains(&whole.survey.judged);
    if !is_whole {
        let made: Vec<String> = made.iter().map(usize::to_string).collect();
        return Err(PartError::Gap(format!(
            "{} mutants were judged of {}: do the answers of the target change?",
            whole.survey.judged,
            made.join(" or ")
        )));
    }
    whole.survey.made = whole.survey.judged;
    if whole.servers.as_ref().map_or(0, ServerEvidence::started) != started {
        let what = "two shards have results of one server, and one of them would be dropped";
        return Err(PartError::Gap(what.to_owned()));
    }
    check_extent(&whole, material, lenders)?;
    Ok(whole)
}

/// Was everything done, and does every number name something?
fn check_extent(whole: &Evidence, material: &Material, lenders: usize) -> Result<(), PartError> {
    let gap = |what: &str| Err(PartError::Gap(what.to_owned()));
    if !whole.survey.fits(material.suite.contracts.len(), lenders) {
        return gap("a number names no contract or no check");
    }
    if whole.survey.counted() != whole.survey.judged {
        return gap("some mutants are at no place");
    }
    let Some(servers) = &whole.servers else {
        return match material.base {
            Some(_) => gap("no faults and no variants"),
            None => Ok(()),
        };
    };
    if material.base.is_none() {
        return gap("faults and variants of a target that has none");
    }
    let is_each = |done: &mut dyn Iterator<Item = usize>, of: usize| done.eq(0..of);
    if !is_each(
        &mut servers.faults.outcomes.keys().copied(),
        chosen_faults(material).len(),
    ) {
        return gap("the faults");
    }
    if !is_each(
        &mut servers.variants.keys().copied(),
        chosen_variants().len(),
    ) {
        return gap("the variants");
    }
    if !is_each(&mut servers.alone.iter().copied(), material.green.len()) {
        return gap("the cases alone");
    }
    if !servers.traces.fit(material.suite.cases.len()) {
        return gap("a number names no case");
    }
    Ok(())
}
