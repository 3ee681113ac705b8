//! Calls that belong together: those that use what another one captures are steps of one case.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::traffic::address::Address;
use crate::import::traffic::body::{encoded, is_name};
use crate::import::traffic::call::Call;
use crate::import::traffic::credential::Credential;
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::import::traffic::operation;

/// Most cases of one operation with one status that are made of a recording.
const ALIKE: usize = 4;

/// A call whose URL was taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Item {
    /// The call.
    pub(crate) call: Call,
    /// The origin as it is written.
    pub(crate) origin: String,
    /// The service, by its number.
    pub(crate) service: usize,
    /// User and password in the URL.
    pub(crate) user_info: Option<String>,
    /// The path.
    pub(crate) path: String,
    /// The parameters of the query.
    pub(crate) query: Vec<(String, String)>,
    /// A query that is not made of parameters.
    pub(crate) raw_query: Option<String>,
    /// The identity, by its number.
    pub(crate) identity: Option<usize>,
    /// Texts of the request that are values of the suite now, and their places.
    pub(crate) known: Vec<(String, String)>,
}

impl Item {
    /// An item of a call and its address.
    pub(crate) fn new(mut call: Call, address: Address) -> Item {
        let mut query = address.query;
        query.append(&mut call.query);
        // Names of parameters take no templates.
        let (query, others): (Vec<_>, Vec<_>) =
            query.into_iter().partition(|(name, _)| is_name(name));
        let others = others
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        let raw_query = address
            .raw_query
            .into_iter()
            .chain(others)
            .collect::<Vec<_>>()
            .join("&");
        call.body = call.body.writable();
        call.url.clear();
        Item {
            call,
            origin: address.origin,
            user_info: address.user_info,
            path: address.path,
            query,
            raw_query: Some(raw_query).filter(|query| !query.is_empty()),
            ..Item::default()
        }
    }

    /// Changes every text of the request.
    pub(crate) fn each_text(&mut self, change: &mut dyn FnMut(&str) -> String) {
        self.path = change(&self.path);
        if let Some(query) = &mut self.raw_query {
            *query = change(query);
        }
        for (_, value) in &mut self.query {
            *value = change(value);
        }
        self.call.each_text(change);
        match &mut self.call.credential {
            Some(Credential::Bearer(text) | Credential::Header(_, text)) => {
                *text = change(text);
            }
            Some(Credential::Basic { user, password }) => {
                *user = change(user);
                *password = change(password);
            }
            None => {}
        }
    }

    /// What is filled in anywhere in the request.
    pub(crate) fn fillings(&self) -> BTreeSet<Filling> {
        let mut found = BTreeSet::new();
        let mut copy = self.clone();
        copy.each_text(&mut |text| {
            let pieces = marked::pieces(text).into_iter();
            found.extend(pieces.filter_map(|piece| match piece {
                Piece::Filled(filling) => Some(filling),
                Piece::Literal(_) => None,
            }));
            String::new()
        });
        found
    }

    /// What two recordings of one request have in common.
    pub(crate) fn key(&self, renumber: &mut dyn FnMut(usize) -> usize) -> String {
        let mut copy = self.clone();
        copy.each_text(&mut |text| {
            marked::map(text, &mut |filling| match filling {
                Filling::Capture(number) => marked::filled(&Filling::Capture(renumber(number))),
                other => marked::filled(&other),
            })
        });
        let call = &copy.call;
        format!(
            "{} {} {} {:?} {:?} {:?} {:?} {:?}",
            call.method,
            copy.service,
            copy.path,
            copy.query,
            copy.raw_query,
            call.headers,
            call.body,
            copy.identity
        )
    }
}

/// Replaces variables by the captures of earlier calls of the sequence, and gives each case its calls in order.
pub(crate) fn group(items: &mut [Item]) -> Vec<Vec<usize>> {
    resolve(items);
    let mut leader: Vec<usize> = (0..items.len()).collect();
    let mut owner: BTreeMap<usize, usize> = BTreeMap::new();
    let mut last: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, item) in items.iter().enumerate() {
        for filling in item.fillings() {
            if let Filling::Capture(number) = filling
                && let Some(&from) = owner.get(&number)
            {
                join(&mut leader, from, at);
            }
        }
        for capture in &item.call.captures {
            owner.insert(capture.number, at);
        }
        if let Some(sequence) = item.call.sequence {
            if item.call.stays
                && let Some(&before) = last.get(&sequence)
            {
                join(&mut leader, before, at);
            }
            last.insert(sequence, at);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for at in 0..items.len() {
        groups.entry(find(&mut leader, at)).or_default().push(at);
    }
    groups.into_values().collect()
}

/// Gives captures their numbers, and variables those of the captures that they mean.
fn resolve(items: &mut [Item]) {
    let mut known: BTreeMap<(usize, String), usize> = BTreeMap::new();
    let numbers = items.iter().flat_map(|item| &item.call.captures);
    let mut next = numbers.map(|capture| capture.number).max().unwrap_or(0) + 1;
    for item in items {
        let Some(sequence) = item.call.sequence else {
            continue;
        };
        item.each_text(&mut |text| {
            marked::map(text, &mut |filling| match &filling {
                Filling::Variable(name) => match known.get(&(sequence, name.clone())) {
                    Some(number) => marked::filled(&Filling::Capture(*number)),
                    None => marked::filled(&filling),
                },
                other => marked::filled(other),
            })
        });
        for capture in &mut item.call.captures {
            if capture.number == 0 {
                capture.number = next;
                next += 1;
                known.insert((sequence, capture.name.clone()), capture.number);
            }
        }
    }
}

fn find(leader: &mut [usize], at: usize) -> usize {
    let mut root = at;
    while leader[root] != root {
        root = leader[root];
    }
    let mut at = at;
    while leader[at] != root {
        (at, leader[at]) = (leader[at], root);
    }
    root
}

/// The first call of both is the leader.
fn join(leader: &mut [usize], one: usize, other: usize) {
    let (one, other) = (find(leader, one), find(leader, other));
    leader[one.max(other)] = one.min(other);
}

/// Puts cases with the same requests together: their answers show what varies.
pub(crate) fn merge(items: &mut [Item], cases: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let mut merged: Vec<Vec<usize>> = Vec::new();
    for case in cases {
        let is_recorded = case.iter().all(|&at| {
            let call = &items[at].call;
            call.checks.is_empty() && !call.answers.is_empty()
        });
        if !is_recorded {
            merged.push(case);
            continue;
        }
        let mut numbers: Vec<usize> = Vec::new();
        let mut renumber = |number: usize| {
            let known = numbers.iter().position(|one| *one == number);
            known.unwrap_or_else(|| {
                numbers.push(number);
                numbers.len() - 1
            })
        };
        let keys = case.iter().map(|&at| {
            let item = &items[at];
            let statuses: Vec<u16> = item
                .call
                .answers
                .iter()
                .map(|one| one.status / 100)
                .collect();
            format!(
                "{} {statuses:?} {:?}",
                item.key(&mut renumber),
                (&item.call.name, &item.call.sequence_name)
            )
        });
        let key = keys.collect::<Vec<_>>().join("\n");
        let Some(&first) = known.get(&key) else {
            known.insert(key, merged.len());
            merged.push(case);
            continue;
        };
        for (&to, &from) in merged[first].iter().zip(&case) {
            let mut answers = std::mem::take(&mut items[from].call.answers);
            items[to].call.answers.append(&mut answers);
        }
    }
    merged
}

/// Leaves out cases of one call that differ from several others in values only.
pub(crate) fn without_alike(
    items: &[Item],
    cases: Vec<Vec<usize>>,
    left_out: &mut BTreeMap<String, usize>,
) -> Vec<Vec<usize>> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let (kept, alike): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| {
        let [at] = case.as_slice() else {
            return true;
        };
        let item = &items[*at];
        let status = item.call.answers.first().map_or(0, |answer| answer.status);
        let names: BTreeSet<&String> = item.query.iter().map(|(name, _)| name).collect();
        let key = format!(
            "{} {} {} {names:?} {status} {:?}",
            item.call.method,
            item.service,
            operation::template(&item.path),
            item.identity
        );
        let count = counts.entry(key).or_default();
        *count += 1;
        *count <= ALIKE
    });
    if !alike.is_empty() {
        let what = "like others: same operation, parameters and status".to_owned();
        *left_out.entry(what).or_default() += alike.len();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::traffic::scripted::Capture;
    use crate::import::yaml::Yaml;

    fn item(path: &str, sequence: usize, capture: Option<&str>) -> Item {
        let captures = capture.map(|name| Capture {
            number: 0,
            name: name.into(),
            from: Yaml::text("$.id"),
        });
        Item {
            path: path.into(),
            call: Call {
                sequence: Some(sequence),
                captures: captures.into_iter().collect(),
                ..Call::default()
            },
            ..Item::default()
        }
    }

    #[test]
    fn what_a_call_captures_joins_it_with_those_that_use_it() {
        let id = marked::variable("id");
        let mut items = [
            item("/a", 0, Some("id")),
            item("/b", 0, None),
            item(&format!("/a/{id}"), 0, None),
            item(&format!("/a/{id}"), 1, None),
        ];
        assert_eq!(group(&mut items), [vec![0, 2], vec![1], vec![3]]);
        assert_eq!(
            marked::only(&items[3].path[3..]),
            Some(Filling::Variable("id".into()))
        );
    }
}
