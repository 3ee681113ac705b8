//! What another tool has seen, given to the cases that ask for just it.
//!
//! A browser's or a proxy's file says nothing of cases. An exchange is evidence for a case when its request
//! is the one that the case sends to this target, in everything that could matter ([`likeness`]): method,
//! URL with the target's fixtures filled in, body, header fields, and as whom. Whatever leaves room for
//! doubt is no match, and the reason is told.
//!
//! [`likeness`]: crate::recording::request_match

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use serde_json::Value;

use crate::judge;
use crate::model::{Case, RecordedExchange, Recording, Scope, Step, Suite, Target, Unmatched};
use crate::plan::bind;
use crate::plan::skip_reason;
use crate::recording::playback::{Playback, Take, line_of};
use crate::recording::request_match::{Credentials, Unlike, likeness, normal_url};

/// Gives exchanges to cases. What belongs to none comes back with the reason.
pub(crate) fn matched(
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
        match matcher.takes(case) {
            Ok(takes) => {
                cases.insert(case.id.clone(), takes);
            }
            Err(reason) => {
                reasons.insert(case.id.clone(), reason);
            }
        }
    }
    unmatched.extend(matcher.unmatched());
    (Playback::of_takes(cases, reasons), unmatched)
}

/// Where in the file an exchange stands: an index into the exchanges.
type Index = usize;

struct Matcher<'m> {
    exchanges: &'m [Arc<RecordedExchange>],
    suite: &'m Suite,
    target: &'m Target,
    credentials: Credentials<'m>,
    /// Exchanges by method and URL.
    by_line: HashMap<(String, String), Vec<Index>>,
    used: HashSet<Index>,
    /// What keeps an exchange from being evidence: of the case that it is most like.
    nearest: HashMap<Index, (Unlike, String)>,
}

/// The attempts of a case, and whether every step was found.
struct Found {
    take: Vec<(usize, Index)>,
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

    /// Every time that the file holds a case, from its first step to its last.
    fn takes(&mut self, case: &Case) -> Result<Vec<Take>, String> {
        let mut takes = Vec::new();
        let mut from = 0;
        loop {
            let found = self.sequence(case, from);
            if let Some(problem) = found.problem {
                return if takes.is_empty() {
                    Err(problem)
                } else {
                    Ok(takes)
                };
            }
            let Some((_, last)) = found.take.last() else {
                return Ok(takes);
            };
            from = last + 1;
            self.used.extend(found.take.iter().map(|(_, index)| *index));
            takes.push(self.take(case, found.take));
        }
    }

    fn take(&self, case: &Case, found: Vec<(usize, Index)>) -> Take {
        let mut take = Take::new();
        for (number, index) in found {
            let key = match number.checked_sub(case.steps.len()) {
                None => (false, number),
                Some(number) => (true, number),
            };
            let mut recorded = (*self.exchanges[index]).clone();
            // No value of a field that identifies somebody may be shown, whoever that is.
            recorded.exchange.request.credentials = self.credentials.fields();
            take.insert(key, vec![Arc::new(recorded)]);
        }
        take
    }

    /// The first exchange of each step, in order, from a place in the file on.
    fn sequence(&mut self, case: &Case, from: Index) -> Found {
        let mut captures = BTreeMap::new();
        let mut found = Found {
            take: Vec::new(),
            problem: None,
        };
        let mut from = from;
        for number in 0..case.steps.len() {
            let step = &case.steps[number];
            match self.find(case, number, step, &captures, from) {
                Ok(index) => {
                    found.take.push((number, index));
                    from = index + 1;
                    if !self.capture(number, step, index, &mut captures) {
                        // The case ends here, whatever follows in the file.
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
                found.take.push((number, index));
                from = index + 1;
                self.capture(number, step, index, &mut captures);
            }
        }
        found
    }

    fn capture(
        &self,
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
        captures.extend(taken.unwrap_or_default());
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
        let mut nearest: Option<(Unlike, Index)> = None;
        let candidates = self.by_line.get(&line).map_or(&[][..], Vec::as_slice);
        for index in candidates.iter().copied().filter(|index| *index >= from) {
            let recorded = &self.exchanges[index];
            match likeness(&wanted, identity, recorded, &self.credentials) {
                Ok(()) => return Ok(index),
                Err(unlike) => {
                    let known = self.nearest.get(&index);
                    if known.is_none_or(|(known, _)| unlike > *known) {
                        self.nearest
                            .insert(index, (unlike.clone(), case.id.clone()));
                    }
                    if nearest.as_ref().is_none_or(|(known, _)| unlike > *known) {
                        nearest = Some((unlike, index));
                    }
                }
            }
        }
        let step = match case.steps.len() {
            1 => String::new(),
            _ => format!(" of step {}", number + 1),
        };
        Err(match nearest {
            Some((unlike, index)) => format!(
                "the recording holds no exchange{step}; the nearest is {}: {unlike}",
                self.exchanges[index].place
            ),
            None => format!(
                "the recording holds no {} {}{step}",
                wanted.method, wanted.target
            ),
        })
    }

    /// What is evidence for no case, and why.
    fn unmatched(&self) -> Vec<Unmatched<String>> {
        let unused = self.exchanges.iter().enumerate();
        unused
            .filter(|(index, _)| !self.used.contains(index))
            .map(|(index, recorded)| {
                let reason = match self.nearest.get(&index) {
                    Some((unlike, case)) => format!("nearest is {case}: {unlike}"),
                    None => self.why_far(recorded),
                };
                // A query may hold what nobody may see.
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

    /// Why an exchange is not even like the request of some case.
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
                "its path is {} of {} with other values, or another query, than the case sends to this target",
                step.request.path, case.id
            ),
            None => "no case sends this method to this path".into(),
        }
    }
}

/// Can the path be the template with something in its holes? Segment by segment.
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
