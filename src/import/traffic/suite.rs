//! From the calls of a source to the files of a suite.

use std::collections::{BTreeMap, BTreeSet};

use crate::import::name::{Names as UniqueNames, kebab, singular, words};
use crate::import::traffic::address::{self, Segment};
use crate::import::traffic::call::Traffic;
use crate::import::traffic::credential::Credential;
use crate::import::traffic::figures::TrafficSuite;
use crate::import::traffic::file::{self, Written};
use crate::import::traffic::group::{self, Item};
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::import::traffic::operation;
use crate::import::traffic::service::{Service, Source};
use crate::import::traffic::value::{Fixtures, Origin};
use crate::import::traffic::vault::{Vault, is_unlikely_by_chance};
use crate::import::traffic::{expected, header, link, mask, step, token};
use crate::model::{Diagnostic, Secret, Sources, Span};
use crate::redact::Redactor;

/// Most cases of one operation with one status that are made of a recording.
const ALIKE: usize = 4;

/// Makes the suite. `None` if there is no call to make one of. The sources are those for diagnostics: they have only what
/// is shown, and no secret.
pub(crate) fn write(
    mut traffic: Traffic,
    source: &Source,
    sources: &Sources,
    found: &mut Vec<Diagnostic>,
) -> (Option<TrafficSuite>, Sources) {
    bound(&mut traffic, source, found);
    let values = values(&traffic, found);
    let mut items = items(&mut traffic, found);
    let services = services(&mut items, &values);
    let suite = services
        .first()
        .map_or("api", |service| service.name.as_str());
    let mut vault = Vault::new(suite);
    let mut fixtures = Fixtures::default();
    for secret in &traffic.secrets {
        vault.keep(secret, None);
    }
    for variable in &traffic.variables {
        let value = variable.value.as_deref().unwrap_or_default();
        if variable.is_secret || super::credential::is_secret(&variable.name, value) {
            vault.keep(value, None);
        } else if super::credential::has_spots(value) {
            vault.spotted(value, &mut fixtures);
            vault.keep(value, None);
        }
    }
    if source.is_recorded {
        keep_jars(&mut items);
        link::find(&mut items);
        token::find(&mut items);
    }
    let mut cases = group::group(&mut items);
    for item in &mut items {
        vault.take(item, &mut fixtures, &values);
    }
    for item in &mut items {
        expected::hide(&mut item.call, &mut vault, &mut fixtures, found);
    }
    for secret in &traffic.secrets {
        vault.place(secret, &mut fixtures);
    }
    if source.is_recorded {
        keep_received(&items, &mut vault);
    }
    resolve_variables(&mut items, &values, &mut vault, &mut fixtures, suite);
    for item in &mut items {
        item.each_text(&mut |text| vault.hide(text));
        let call = &mut item.call;
        for name in [&mut call.name, &mut call.folder].into_iter().flatten() {
            *name = plain(&vault.hide_words(name));
        }
        if let Some((id, title)) = &mut call.sequence_name {
            (*id, *title) = (
                plain(&vault.hide_words(id)),
                plain(&vault.hide_words(title)),
            );
        }
    }
    path_values(&mut items, &mut vault, &mut fixtures);
    if source.is_recorded {
        cases = group::merge(&mut items, cases);
        cases = without_alike(&items, cases, &mut traffic.left_out);
    }
    let secrets: Vec<String> = vault.secrets().map(str::to_owned).collect();
    let secret_texts: Vec<&str> = secrets.iter().map(String::as_str).collect();
    let shown = mask::masked(sources, found, &secret_texts);
    if items.is_empty() {
        return (None, shown);
    }
    let mut written = Written::new(&services, &vault, &fixtures, source);
    for case in &cases {
        step::case(&mut written, &items, case);
    }
    report_losses(&written.losses, found);
    let mut figures = written.figures();
    figures.calls = cases.iter().map(Vec::len).sum();
    figures.left_out = traffic
        .left_out
        .iter()
        .map(|(what, count)| (*count, what.clone()))
        .collect();
    let files = file::files(&written);
    figures.unsafe_files = unsafe_files(&files, &secrets);
    (Some(TrafficSuite { files, figures }), shown)
}

/// Most answers of which is said what is not checked.
const LOSSES: usize = 100;

/// Says what of recorded answers is not checked: a case that checks less than it seems to is green on a wrong answer.
fn report_losses(losses: &[String], found: &mut Vec<Diagnostic>) {
    let more = losses.len().saturating_sub(LOSSES);
    let more = (more > 0).then(|| format!("{more} more recorded answers are not checked in full"));
    for message in losses.iter().take(LOSSES).cloned().chain(more) {
        let diagnostic = Diagnostic::error_without_place("import/weaker", message);
        found.push(diagnostic.as_warning().help(
            "a comment in the case says so, too: write down there what the answer must have",
        ));
    }
}

/// Names of places without what marks them.
fn plain(text: &str) -> String {
    let pieces = marked::pieces(text).into_iter().map(|piece| match piece {
        Piece::Literal(text) => text,
        Piece::Filled(Filling::Variable(name)) => name,
        Piece::Filled(_) => "x".to_owned(),
    });
    pieces.collect::<String>()
}

/// Files in which a secret is found after all. A short word of letters is also a name.
fn unsafe_files(files: &[(String, String)], secrets: &[String]) -> Vec<String> {
    let is_word =
        |text: &str| text.len() < 16 && text.bytes().all(|byte| byte.is_ascii_lowercase());
    let secrets: Vec<Secret> = secrets
        .iter()
        .filter(|secret| is_unlikely_by_chance(secret) && !is_word(secret))
        .map(|secret| Secret::new(secret.as_str()))
        .collect();
    let redactor = Redactor::new(&secrets);
    let found = files.iter().filter(|(_, text)| redactor.finds(text));
    found.map(|(name, _)| name.clone()).collect()
}

/// Longest value of a variable once the variables in it have their values, in bytes.
const LONGEST: usize = 16 << 10;

/// Most bytes of all of them.
const ALL_VALUES: usize = 32 << 20;

/// Most values that are inside each other.
const VALUE_DEPTH: usize = 6;

/// The values of variables, without variables in them.
fn values(traffic: &Traffic, found: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    let mut written: BTreeMap<&str, (&str, Option<Span>)> = BTreeMap::new();
    for variable in &traffic.variables {
        if let Some(value) = &variable.value {
            written
                .entry(&variable.name)
                .or_insert((value, variable.span));
        }
    }
    let plain: BTreeMap<&str, &str> = written
        .iter()
        .map(|(name, (value, _))| (*name, *value))
        .collect();
    let mut values = BTreeMap::new();
    let mut left = ALL_VALUES;
    for (name, (value, span)) in &written {
        if !marked::has_filling(value) {
            values.insert((*name).to_owned(), (*value).to_owned());
            continue;
        }
        let mut full = String::new();
        let mut budget = left.min(LONGEST);
        let problem = match expand(value, &plain, VALUE_DEPTH, &mut budget, &mut full) {
            Ok(()) => {
                left = left.saturating_sub(full.len());
                if !marked::has_filling(&full) {
                    values.insert((*name).to_owned(), full);
                }
                continue;
            }
            Err(Expansion::TooDeep) => {
                format!("variables in variables in variables: more than {VALUE_DEPTH} deep")
            }
            Err(Expansion::TooLong) => {
                format!("the value is too long: its variables make over {LONGEST} bytes of it")
            }
        };
        let at = span.map(|span| Span {
            end: span.start,
            ..span
        });
        let diagnostic = match at {
            Some(at) => Diagnostic::error("import/variable", at, problem),
            None => Diagnostic::error_without_place("import/variable", problem),
        };
        found.push(
            diagnostic
                .as_warning()
                .help("the value is left out: write it into the target file, as that of a fixture"),
        );
    }
    values
}

/// Why a value has no end.
enum Expansion {
    TooDeep,
    TooLong,
}

/// Adds a text with the values of its variables, as far as they are known, to `out`. Each byte and each variable takes one
/// from the budget.
fn expand(
    text: &str,
    values: &BTreeMap<&str, &str>,
    depth: usize,
    budget: &mut usize,
    out: &mut String,
) -> Result<(), Expansion> {
    for piece in marked::pieces(text) {
        let before = out.len();
        match piece {
            Piece::Literal(text) => out.push_str(&text),
            Piece::Filled(filling) => {
                let value = match &filling {
                    Filling::Variable(name) => values.get(name.as_str()),
                    _ => None,
                };
                match value {
                    Some(_) if depth == 0 => return Err(Expansion::TooDeep),
                    Some(value) => {
                        *budget = budget.checked_sub(1).ok_or(Expansion::TooLong)?;
                        expand(value, values, depth - 1, budget, out)?;
                        continue;
                    }
                    None => out.push_str(&marked::filled(&filling)),
                }
            }
        }
        let added = out.len() - before;
        *budget = budget.checked_sub(added).ok_or(Expansion::TooLong)?;
    }
    Ok(())
}

/// A text with the values of variables, which have no variables in them.
fn expanded(text: &str, values: &BTreeMap<String, String>) -> String {
    if !marked::has_filling(text) {
        return text.to_owned();
    }
    let mut out = String::new();
    for piece in marked::pieces(text) {
        match piece {
            Piece::Literal(text) => out.push_str(&text),
            Piece::Filled(filling) => match &filling {
                Filling::Variable(name) if values.contains_key(name) => {
                    out.push_str(&values[name]);
                }
                other => out.push_str(&marked::filled(other)),
            },
        }
        if out.len() > LONGEST {
            // No origin: the address is left as it is.
            return text.to_owned();
        }
    }
    out
}

/// Most requests of a source that somebody wrote, and of a recording.
const MOST_WRITTEN: usize = 20_000;
const MOST_RECORDED: usize = 200_000;

/// Refuses a source of too many requests: the suite of it would be of use to nobody.
fn bound(traffic: &mut Traffic, source: &Source, found: &mut Vec<Diagnostic>) {
    let most = if source.is_recorded {
        MOST_RECORDED
    } else {
        MOST_WRITTEN
    };
    let Some(first) = traffic.calls.get(most) else {
        return;
    };
    let count = traffic.calls.len();
    let message = format!("{count} requests, at most {most} make a suite");
    let diagnostic = match first.span {
        Some(span) => {
            let at = Span {
                end: span.start,
                ..span
            };
            Diagnostic::error("import/many", at, message).label("the first one that is too many")
        }
        None => Diagnostic::error_without_place("import/many", message),
    };
    found.push(diagnostic.help("split the file, and import each part into its own directory"));
    traffic.calls.clear();
}

fn items(traffic: &mut Traffic, found: &mut Vec<Diagnostic>) -> Vec<Item> {
    let mut items = Vec::new();
    for call in std::mem::take(&mut traffic.calls) {
        let is_method = !call.method.is_empty()
            && call.method.len() <= 40
            && call.method != "CONNECT"
            && header::is_name(&call.method);
        match address::read(&call.url).filter(|_| is_method) {
            Some(address) => items.push(Item::new(call, address)),
            None => {
                let message = if is_method {
                    "not an http or https URL with a host"
                } else {
                    "not a method of a request"
                };
                let diagnostic = match call.span {
                    // The text may be anything, also a secret.
                    Some(span) => {
                        let start = Span {
                            end: span.start,
                            ..span
                        };
                        Diagnostic::error("import/url", start, message)
                    }
                    None => Diagnostic::error_without_place(
                        "import/url",
                        format!("{}: {message}", call.place),
                    ),
                };
                found.push(diagnostic.as_warning().help(
                    "the request is left out: write, for example, `GET https://api.example/pets`",
                ));
            }
        }
    }
    items
}

/// Gives each item its service.
fn services(items: &mut [Item], values: &BTreeMap<String, String>) -> Vec<Service> {
    let mut services: Vec<Service> = Vec::new();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    let mut names = UniqueNames::default();
    for item in items {
        let resolved = expanded(&item.origin, values);
        let (url, mut name) = if marked::has_filling(&resolved) {
            let name = address::place_name(&resolved).unwrap_or_default();
            (None, named_after(&name))
        } else {
            let Some(address) = address::read(&resolved) else {
                continue;
            };
            if let Some((user, password)) = address
                .user_info
                .as_deref()
                .and_then(|info| info.split_once(':'))
            {
                item.call.credential.get_or_insert(Credential::Basic {
                    user: user.to_owned(),
                    password: password.to_owned(),
                });
            }
            let path = address.path.trim_end_matches('/');
            let host = address
                .origin
                .split("://")
                .nth(1)
                .unwrap_or_default()
                .to_owned();
            (Some(format!("{}{path}", address.origin)), host_name(&host))
        };
        if name.is_empty() {
            name = "api".into();
        }
        let key = url.clone().unwrap_or_else(|| item.origin.clone());
        item.service = match keys.get(&key) {
            Some(&at) => at,
            None => {
                keys.insert(key, services.len());
                let name = names.give(name);
                services.push(Service { name, url });
                services.len() - 1
            }
        };
    }
    services
}

/// `api.shop.example:8443` is `shop`.
fn host_name(host: &str) -> String {
    let host = host.rsplit_once(':').map_or(host, |(host, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) {
            host
        } else {
            ""
        }
    });
    let is_address = host.starts_with('[')
        || host
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_address || host == "localhost" {
        return "api".into();
    }
    let mut labels: Vec<&str> = host.split('.').collect();
    if labels.len() > 1 {
        labels.pop();
    }
    let common = [
        "www", "api", "co", "com", "org", "net", "gov", "ac", "app", "dev",
    ];
    let label = labels.iter().rev().find(|label| !common.contains(label));
    kebab(label.copied().unwrap_or_default(), "api")
}

/// `petsBaseUrl` is `pets`.
fn named_after(variable: &str) -> String {
    let common = [
        "base", "url", "host", "uri", "server", "endpoint", "domain", "root", "protocol", "scheme",
        "hostname",
    ];
    let words = words(variable).into_iter();
    words
        .filter(|word| !common.contains(&word.as_str()))
        .collect::<Vec<_>>()
        .join("-")
}

/// Recognises cases of a recording of Probity that keep cookies: they send some without an identity.
fn keep_jars(items: &mut [Item]) {
    let mut jars: BTreeSet<usize> = BTreeSet::new();
    for item in items {
        let Some(sequence) = item.call.sequence.filter(|_| item.call.stays) else {
            continue;
        };
        if item.call.identity.is_none() && jars.contains(&sequence) {
            item.call
                .headers
                .retain(|(name, _)| !name.eq_ignore_ascii_case("cookie"));
            item.call.keeps_cookies = true;
        }
        if item
            .call
            .answers
            .iter()
            .any(|answer| answer.header("set-cookie").is_some())
        {
            jars.insert(sequence);
        }
    }
}

/// Secrets in recorded answers: what later requests send must not be written where an answer has it.
fn keep_received(items: &[Item], vault: &mut Vault) {
    for item in items {
        for answer in &item.call.answers {
            for (name, value) in &answer.headers {
                if name.eq_ignore_ascii_case("set-cookie") {
                    let pair = value.split(';').next().unwrap_or_default();
                    let value = pair.split_once('=').map_or("", |(_, value)| value);
                    if crate::redact::is_unlikely_elsewhere(value) {
                        vault.keep(value, None);
                    }
                }
            }
            let body = answer.body.as_deref().unwrap_or_default();
            if body.len() <= 1 << 20
                && let Ok(value) = serde_json::from_slice::<serde_json::Value>(body)
            {
                keep_json("", &value, vault);
            }
        }
    }
}

fn keep_json(name: &str, value: &serde_json::Value, vault: &mut Vault) {
    use serde_json::Value;
    match value {
        Value::String(text)
            if super::credential::is_secret(name, text)
                && crate::redact::is_unlikely_elsewhere(text) =>
        {
            vault.keep(text, None);
        }
        Value::Array(items) => items
            .iter()
            .take(1000)
            .for_each(|item| keep_json(name, item, vault)),
        Value::Object(members) => members
            .iter()
            .for_each(|(name, member)| keep_json(name, member, vault)),
        _ => {}
    }
}

/// Makes fixtures of variables that no call captures.
fn resolve_variables(
    items: &mut [Item],
    values: &BTreeMap<String, String>,
    vault: &mut Vault,
    fixtures: &mut Fixtures,
    suite: &str,
) {
    for item in items {
        let mut made: Vec<(String, String)> = Vec::new();
        item.each_text(&mut |text| {
            marked::map(text, &mut |filling| {
                let Filling::Variable(name) = &filling else {
                    return marked::filled(&filling);
                };
                let value = values.get(name).map(String::as_str);
                let is_secret = super::credential::is_secret(name, value.unwrap_or("x"))
                    || value.is_some_and(|value| vault.is_in(value));
                let about = format!("the variable {} of the source", header::shown_name(name));
                let number =
                    fixtures.give(
                        format!("variable {name}"),
                        name,
                        about,
                        |fixtures| match value {
                            _ if is_secret => Origin::Secret(fixtures.variable(suite, name)),
                            Some(value) => Origin::Known(value.into()),
                            None => Origin::Missing,
                        },
                    );
                let place = marked::filled(&Filling::Value(number));
                if let Some(value) = value {
                    if is_secret {
                        vault.keep(value, Some(number));
                    }
                    if !made.iter().any(|(known, _)| known == value) {
                        made.push((value.to_owned(), place.clone()));
                    }
                }
                place
            })
        });
        item.known.append(&mut made);
    }
}

/// Makes fixtures of the ids in paths.
fn path_values(items: &mut [Item], vault: &mut Vault, fixtures: &mut Fixtures) {
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

/// Leaves out cases of one call that differ from several others in values only.
fn without_alike(
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

    #[test]
    fn a_service_is_named_after_its_host() {
        for (host, expected) in [
            ("api.shop.example:8443", "shop"),
            ("127.0.0.1:8080", "api"),
            ("[::1]:80", "api"),
            ("localhost", "api"),
            ("store.example", "store"),
            ("api.example", "api"),
            ("www.shop.co.uk", "shop"),
        ] {
            assert_eq!(host_name(host), expected, "{host}");
        }
        assert_eq!(named_after("petsBaseUrl"), "pets");
        assert_eq!(named_after("base_url"), "");
    }
}
