//! Matches the exchanges of another tool with cases.
//!
//! The file of a browser or a proxy knows no cases. An exchange is evidence for a case if its request is the one that
//! the case sends to this target ([`compare`]): method, URL with the target's fixtures filled in, body, header fields and
//! identity. In doubt it does not match, and the reason is reported.
//!
//! [`compare`]: crate::recording::request_match::compare

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::judge;
use crate::model::{Case, RecordedExchange, Recording, Scope, Step, Suite, Target, Unmatched};
use crate::plan::bind;
use crate::plan::skip_reason;
use crate::recording::playback::{CaseAttempt, Playback, line_of};
use crate::recording::request_match::{Credentials, MismatchReason, compare, normal_url};

/// Matches exchanges with cases. Those that match none are returned with the reason.
pub fn match_exchanges(
    recording: Recording,
    suite: &Suite,
    target: &Target,
) -> (Playback, Vec<Unmatched<String>>) {
    let mut unmatched = recording.unmatched;
    let exchanges: Vec<Arc<RecordedExchange>> =
        recording.exchanges.into_iter().map(Arc::new).collect();
    let mut matcher = Matcher::new(&exchanges, suite, target);
    let mut cases = HashMap::new();
    let mut reasons = HashMap::new();
    for case in &suite.cases {
        if skip_reason(case, suite, target).is_some() {
            continue;
        }
        match matcher.attempts(case) {
            Ok(attempts) => {
                cases.insert(case.id.clone(), attempts);
            }
            Err(reason) => {
                reasons.insert(case.id.clone(), reason);
            }
        }
    }
    unmatched.extend(matcher.unmatched());
    (Playback::of_attempts(cases, reasons), unmatched)
}

/// An index into the exchanges, in the order of the file.
type Index = usize;

struct Matcher<'m> {
    exchanges: &'m [Arc<RecordedExchange>],
    suite: &'m Suite,
    target: &'m Target,
    credentials: Credentials<'m>,
    /// Exchanges by method and URL.
    by_line: HashMap<(String, String), Vec<Index>>,
    used: HashSet<Index>,
    /// Why an exchange is no evidence for the case that it is most similar to.
    nearest: HashMap<Index, (MismatchReason, String)>,
}

/// The exchanges found for the steps of a case, and what is missing.
struct Found {
    steps: Vec<(usize, Index)>,
    problem: Option<String>,
}

impl<'m> Matcher<'m> {
    fn new(
        exchanges: &'m [Arc<RecordedExchange>],
        suite: &'m Suite,
        target: &'m Target,
    ) -> Matcher<'m> {
        let mut by_line: HashMap<(String, String), Vec<Index>> = HashMap::new();
        for (index, recorded) in exchanges.iter().enumerate() {
            let request = &recorded.exchange.request;
            let line = (request.method.clone(), normal_url(&request.url));
            by_line.entry(line).or_default().push(index);
        }
        Matcher {
            credentials: Credentials::new(target, exchanges),
            exchanges,
            suite,
            target,
            by_line,
            used: HashSet::new(),
            nearest: HashMap::new(),
        }
    }

    /// Every complete attempt of a case in the file.
    fn attempts(&mut self, case: &Case) -> Result<Vec<CaseAttempt>, String> {
        let mut attempts = Vec::new();
        let mut from = 0;
        loop {
            let found = self.sequence(case, from);
            if let Some(problem) = found.problem {
                return if attempts.is_empty() {
                    Err(problem)
                } else {
                    Ok(attempts)
                };
            }
            let Some((_, last)) = found.steps.last() else {
                return Ok(attempts);
            };
            from = last + 1;
            self.used
                .extend(found.steps.iter().map(|(_, index)| *index));
            attempts.push(self.attempt(case, found.steps));
        }
    }

    fn attempt(&self, case: &Case, found: Vec<(usize, Index)>) -> CaseAttempt {
        let mut attempt = CaseAttempt::new();
        for (number, index) in found {
            let key = match number.checked_sub(case.steps.len()) {
                None => (false, number),
                Some(number) => (true, number),
            };
            let mut recorded = (*self.exchanges[index]).clone();
            // No value of a credential may be shown.
            recorded.exchange.request.credentials = self.credentials.fields();
            attempt.insert(key, vec![Arc::new(recorded)]);
        }
        attempt
    }

    /// The first exchange of each step, in order, starting at a place in the file.
    fn sequence(&mut self, case: &Case, from: Index) -> Found {
        let mut captures = BTreeMap::new();
        let mut found = Found {
            steps: Vec::new(),
            problem: None,
        };
        let mut from = from;
        for number in 0..case.steps.len() {
            let step = &case.steps[number];
            match self.find(case, number, step, &captures, from) {
                Ok(index) => {
                    found.steps.push((number, index));
                    from = index + 1;
                    if !self.capture(case, number, step, index, &mut captures) {
                        // The case ends here.
                        return found;
                    }
                }
                Err(problem) => {
                    found.problem = Some(problem);
                    return found;
                }
            }
        }
        for (number, step) in case.finally.iter().enumerate() {
            let number = case.steps.len() + number;
            if let Ok(index) = self.find(case, number, step, &captures, from) {
                found.steps.push((number, index));
                from = index + 1;
                self.capture(case, number, step, index, &mut captures);
            }
        }
        found
    }

    fn capture(
        &self,
        case: &Case,
        number: usize,
        step: &Step,
        index: Index,
        captures: &mut BTreeMap<String, Value>,
    ) -> bool {
        let recorded = &self.exchanges[index];
        let Ok(response) = &recorded.exchange.answer else {
            return false;
        };
        let mut response = response.clone();
        response.body = recorded.response_body.to_vec();
        let taken = judge::capture(number, step, &response, self.suite);
        let is_taken = taken.is_ok();
        let taken = taken.unwrap_or_else(|(taken, _)| taken);
        captures.extend(case.origins(&taken, recorded.exchange.url()));
        captures.extend(taken);
        is_taken
    }

    fn find(
        &mut self,
        case: &Case,
        number: usize,
        step: &Step,
        captures: &BTreeMap<String, Value>,
        from: Index,
    ) -> Result<Index, String> {
        let scope = Scope {
            fixtures: &self.target.fixtures,
            captures,
        };
        let wanted = bind::bind(&step.request, self.target, scope, None, None)
            .map_err(|problem| format!("its request cannot be built: {problem}"))?;
        let line = (wanted.method.clone(), normal_url(&wanted.url));
        let identity = step.request.identity.as_deref();
        let mut nearest: Option<(MismatchReason, Index)> = None;
        let candidates = self.by_line.get(&line).map_or(&[][..], Vec::as_slice);
        for index in candidates.iter().copied().filter(|index| *index >= from) {
            let recorded = &self.exchanges[index];
            match compare(&wanted, identity, recorded, &self.credentials) {
                Ok(()) => return Ok(index),
                Err(mismatch) => {
                    let known = self.nearest.get(&index);
                    if known.is_none_or(|(known, _)| mismatch > *known) {
                        self.nearest
                            .insert(index, (mismatch.clone(), case.id.clone()));
                    }
                    if nearest.as_ref().is_none_or(|(known, _)| mismatch > *known) {
                        nearest = Some((mismatch, index));
                    }
                }
            }
        }
        let step = match case.steps.len() {
            1 => String::new(),
            _ => format!(" of step {}", number + 1),
        };
        Err(match nearest {
            Some((mismatch, index)) => format!(
                "the recording has no exchange{step}; the nearest is {}: {mismatch}",
                self.exchanges[index].place
            ),
            None => format!(
                "the recording has no {} {}{step}",
                wanted.method, wanted.target
            ),
        })
    }

    /// The exchanges that match no case, and why.
    fn unmatched(&self) -> Vec<Unmatched<String>> {
        let unused = self.exchanges.iter().enumerate();
        unused
            .filter(|(index, _)| !self.used.contains(index))
            .map(|(index, recorded)| {
                let reason = match self.nearest.get(&index) {
                    Some((mismatch, case)) => format!("nearest is {case}: {mismatch}"),
                    None => self.why_far(recorded),
                };
                // A query may contain a secret.
                let line = line_of(recorded);
                let line = line.split('?').next().unwrap_or_default();
                Unmatched {
                    place: recorded.place.clone(),
                    request: line.to_owned(),
                    reason,
                }
            })
            .collect()
    }

    /// Why an exchange is not similar to the request of any case.
    fn why_far(&self, recorded: &RecordedExchange) -> String {
        let request = &recorded.exchange.request;
        let url = normal_url(&request.url);
        let services = self.target.services.iter();
        let below = services.filter_map(|(name, base)| {
            let rest = url.strip_prefix(normal_url(base).trim_end_matches('/'))?;
            rest.starts_with('/').then_some((name, rest))
        });
        let below: Vec<(&String, &str)> = below.collect();
        if below.is_empty() {
            return "it goes to no service of the target".into();
        }
        let cases = self.suite.cases.iter();
        let mut steps = cases.flat_map(|case| case.steps.iter().map(move |step| (case, step)));
        let alike = steps.find(|(_, step)| {
            let is_own = |(name, rest): &(&String, &str)| {
                let path = rest.split('?').next().unwrap_or_default();
                **name == step.request.service && is_made_from(path, &step.request.path.to_string())
            };
            step.request.method == request.method && below.iter().any(is_own)
        });
        match alike {
            Some((case, step)) => format!(
                "its path is {} of {}, but with other values or another query than for this target",
                step.request.path, case.id
            ),
            None => "no case sends this method to this path".into(),
        }
    }
}

/// Whether the path can be made from the template, segment by segment.
fn is_made_from(path: &str, template: &str) -> bool {
    let fits = |(segment, template): (&str, &str)| match template.find("${") {
        None => segment == template,
        Some(at) => {
            let end = template.rfind('}').map_or(template.len(), |end| end + 1);
            let (before, after) = (&template[..at], &template[end..]);
            segment.len() > before.len() + after.len()
                && segment.starts_with(before)
                && segment.ends_with(after)
        }
    };
    path.split('/').count() == template.split('/').count()
        && path.split('/').zip(template.split('/')).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_made_from_a_template_segment_by_segment() {
        for (path, template, is_made) in [
            ("/users/7", "/users/${fixture.user}", true),
            ("/users/7/photo", "/users/${fixture.user}", false),
            ("/users/", "/users/${fixture.user}", false),
            ("/a-7.json", "/a-${capture.id}.json", true),
            ("/a-.json", "/a-${capture.id}.json", false),
            ("/users", "/users", true),
        ] {
            assert_eq!(is_made_from(path, template), is_made, "{path}");
        }
    }
}
