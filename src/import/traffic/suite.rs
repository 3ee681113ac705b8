//! From the calls of a source to the files of a suite.

use crate::import::traffic::address;
use crate::import::traffic::call::Traffic;
use crate::import::traffic::figures::TrafficSuite;
use crate::import::traffic::file;
use crate::import::traffic::group::{self, Item};
use crate::import::traffic::marked::{self, Filling, Piece};
use crate::import::traffic::service::{Source, services};
use crate::import::traffic::value::Fixtures;
use crate::import::traffic::vault::{Vault, is_unlikely_by_chance};
use crate::import::traffic::written::Written;
use crate::import::traffic::{expected, header, link, mask, path, received, step, token, variable};
use crate::model::{Diagnostic, Secret, Sources, Span};
use crate::redact::Redactor;

/// Makes the suite. `None` if there is no call to make one of. The sources are those for diagnostics: they have only what
/// is shown, and no secret.
pub(crate) fn write(
    mut traffic: Traffic,
    source: &Source,
    sources: &Sources,
    found: &mut Vec<Diagnostic>,
) -> (Option<TrafficSuite>, Sources) {
    bound(&mut traffic, source, found);
    let values = variable::values(&traffic, found);
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
        received::find_jars(&mut items);
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
        received::keep(&items, &mut vault);
    }
    variable::resolve(&mut items, &values, &mut vault, &mut fixtures, suite);
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
    path::find_values(&mut items, &mut vault, &mut fixtures);
    if source.is_recorded {
        cases = group::merge(&mut items, cases);
        cases = group::without_alike(&items, cases, &mut traffic.left_out);
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
