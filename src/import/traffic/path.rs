//! What varies in paths: ids and secrets, which become fixtures.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::name::{kebab, singular};
use crate::import::traffic::address::{self, Segment};
use crate::import::traffic::group::Item;
use crate::import::traffic::marked::{self, Filling};
use crate::import::traffic::value::{Fixtures, Origin};
use crate::import::traffic::vault::Vault;

/// Makes fixtures of the ids in paths.
pub(crate) fn find_values(items: &mut [Item], vault: &mut Vault, fixtures: &mut Fixtures) {
    let varying = varying(items);
    for (at, item) in items.iter_mut().enumerate() {
        let mut segments: Vec<String> = Vec::new();
        let mut noun = String::new();
        for (position, segment) in item.path.clone().split('/').enumerate() {
            let text = address_text(segment);
            let kind = match address::segment(&text) {
                _ if marked::has_filling(segment) || segment.is_empty() => Segment::Name,
                Segment::Name if varying.contains(&(at, position)) => Segment::Id,
                kind => kind,
            };
            match kind {
                Segment::Name => {
                    segments.push(segment.to_owned());
                    if !segment.is_empty() && !marked::has_filling(segment) {
                        noun = singular(&kebab(&text, "item"));
                    }
                }
                Segment::Secret => {
                    segments.push(vault.secret(&format!("{noun} key"), &text, fixtures));
                }
                Segment::Id => {
                    let name = format!("{noun} id");
                    let about = format!(
                        "the id of {}",
                        crate::import::name::with_article(if noun.is_empty() {
                            "resource"
                        } else {
                            &noun
                        })
                    );
                    let key = format!("id {noun} {text}");
                    let number =
                        fixtures.give(key, &name, about, |_| Origin::Known(text.clone().into()));
                    let place = marked::filled(&Filling::Value(number));
                    item.known.push((text, place.clone()));
                    segments.push(place);
                }
            }
        }
        item.path = segments.join("/");
    }
}

fn address_text(segment: &str) -> String {
    super::body::decoded(segment, false).unwrap_or_else(|| segment.to_owned())
}

/// Segments in which requests differ whose answers have the same members.
fn varying(items: &[Item]) -> BTreeSet<(usize, usize)> {
    let mut by_shape: BTreeMap<String, Vec<(usize, usize, String)>> = BTreeMap::new();
    for (at, item) in items.iter().enumerate().take(20_000) {
        let Some(members) = members(item) else {
            continue;
        };
        let segments: Vec<&str> = item.path.split('/').collect();
        for position in 2..segments.len().min(20) {
            let mut others = segments.clone();
            others[position] = "{}";
            let key = format!(
                "{} {} {} {members}",
                item.call.method,
                item.service,
                others.join("/")
            );
            let place = (at, position, segments[position].to_owned());
            by_shape.entry(key).or_default().push(place);
        }
    }
    let mut found = BTreeSet::new();
    for places in by_shape.into_values() {
        let values: BTreeSet<&String> = places.iter().map(|(.., value)| value).collect();
        if values.len() > 1 {
            found.extend(places.iter().map(|(at, position, _)| (*at, *position)));
        }
    }
    found
}

/// The names of the members of the answer, if there are enough of them to tell things apart.
fn members(item: &Item) -> Option<String> {
    let answer = item
        .call
        .answers
        .first()
        .filter(|answer| (200..300).contains(&answer.status))?;
    let body = answer
        .body
        .as_deref()
        .filter(|body| body.len() <= 1 << 20)?;
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let names: Vec<&String> = value.as_object()?.keys().collect();
    (names.len() >= 3).then(|| format!("{names:?}"))
}
