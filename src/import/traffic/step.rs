//! Cases and their steps.

use std::collections::BTreeMap;

use crate::import::literal;
use crate::import::name::{Names as UniqueNames, kebab, words};
use crate::import::traffic::answer;
use crate::import::traffic::call::Answer;
use crate::import::traffic::group::Item;
use crate::import::traffic::marked::Filling;
use crate::import::traffic::operation::shown;
use crate::import::traffic::request::{self, Names};
use crate::import::traffic::written::{Known, Written};
use crate::import::yaml::{Entry, Yaml};

fn is_reading(item: &Item) -> bool {
    ["GET", "HEAD", "OPTIONS"].contains(&item.call.method.as_str())
}

/// Was something created that stays?
fn creates(item: &Item) -> bool {
    let is_made = |answer: &Answer| {
        let is_success = (200..300).contains(&answer.status);
        let is_named = answer.header("location").is_some() || !item.call.captures.is_empty();
        answer.status == 201 || item.call.method == "POST" && is_success && is_named
    };
    !is_reading(item) && item.call.answers.iter().any(is_made)
}

/// Adds a case of these items.
pub(crate) fn case(written: &mut Written<'_>, items: &[Item], case: &[usize]) {
    let Some(first) = case.first().map(|&at| &items[at]) else {
        return;
    };
    let contract = first.service;
    let mut names = Names {
        fixtures: written.fixtures,
        captures: capture_names(items, case),
        used: std::collections::BTreeSet::new(),
        identities: std::collections::BTreeSet::new(),
    };
    let (undoing_calls, case): (Vec<usize>, Vec<usize>) = case
        .iter()
        .partition(|at| items[**at].call.is_undoing && case.len() > 1);
    let case = if case.is_empty() {
        &undoing_calls
    } else {
        &case
    };
    let is_chain = case.len() > 1;
    let mut steps: Vec<Vec<Entry>> = Vec::new();
    for &at in case {
        let mut entries = Vec::new();
        if is_chain {
            let title = items[at].call.name.clone();
            let title = title
                .unwrap_or_else(|| format!("{} {}", items[at].call.method, shown(&items[at].path)));
            entries.push(Entry::new("title", title_text(&title)));
        }
        entries.extend(step(written, &items[at], contract, &mut names));
        steps.push(entries);
    }
    let undone: Vec<usize> = undoing_calls.iter().rev().chain(case).copied().collect();
    let finally = undoing(written, items, &undone, contract, &mut names);
    let id = case_id(first, is_chain);
    let title = case_title(items, case);
    let mut entries = vec![
        Entry::new("id", Yaml::text("")),
        Entry::new("title", title_text(&title)),
    ];
    let writes = case.iter().any(|&at| !is_reading(&items[at]));
    if writes {
        let mut effect = Entry::new("effect", Yaml::text("write"));
        let created = case.iter().filter(|&&at| creates(&items[at])).count();
        if written.source.is_recorded && created > finally.len() {
            written.not_undone += 1;
            effect = effect.above("TODO: nothing in the recording deletes what this creates");
        }
        entries.push(effect);
    }
    if is_chain && case.iter().any(|&at| items[at].call.keeps_cookies) {
        entries.push(Entry::new("cookies", Yaml::text("keep")));
    }
    if is_chain {
        let steps = steps.into_iter().map(Yaml::Block).collect();
        entries.push(Entry::new("steps", Yaml::Lines(steps)));
    } else {
        entries.extend(steps.into_iter().flatten());
    }
    if !finally.is_empty() {
        let beside = "undoes it, also if a step failed";
        entries.push(Entry::new("finally", Yaml::Lines(finally)).beside(beside));
    }
    let (used, identities) = (names.used, names.identities);
    written.add_case(contract, &file_name(first), id, entries, &used, &identities);
}

/// A name for each capture of the case.
fn capture_names(items: &[Item], case: &[usize]) -> BTreeMap<usize, String> {
    let mut unique = UniqueNames::default();
    let captures = case.iter().flat_map(|&at| &items[at].call.captures);
    let names = captures.map(|capture| {
        let name = unique.give(kebab(&capture.name, "value"));
        (capture.number, name)
    });
    names.collect()
}

/// The request, what is expected, and what is captured.
fn step(
    written: &mut Written<'_>,
    item: &Item,
    contract: usize,
    names: &mut Names<'_>,
) -> Vec<Entry> {
    let call = &item.call;
    let mut entries = vec![Entry::new(
        "request",
        request(written, item, contract, names),
    )];
    if let Some((within, every)) = &call.eventually {
        let window = [
            Entry::new("within", Yaml::text(within)),
            Entry::new("every", Yaml::text(every)),
        ];
        entries.push(Entry::new("eventually", Yaml::map(window)));
    }
    if let Some(timeout) = &call.timeout {
        entries.push(Entry::new("timeout", Yaml::text(timeout)));
    }
    let mut blocks: Vec<Yaml> = Vec::new();
    let mut notes = Vec::new();
    if call.lost > 0 {
        written.partial += 1;
        notes.push(format!(
            "NOTE: {} says more about the answer than is checked here",
            call.place
        ));
    }
    let has_answers = !call.answers.is_empty();
    if !call.checks.is_empty() {
        let id = written.requirement(contract, item, Known::Required);
        let required = answer::required(&call.checks, &id, has_answers, names);
        blocks.extend(required.into_iter().map(Yaml::Map));
    }
    if has_answers {
        let id = written.requirement(contract, item, Known::Observed);
        let (block, lost) = answer::observed(item, &id, written.vault, names);
        blocks.push(Yaml::Map(block));
        if let Some(lost) = lost {
            written.losses.push(format!("{}: {lost}", call.place));
            notes.push(format!("NOTE: {lost}"));
        }
    }
    let mut expect = Entry::new("expect", Yaml::Lines(Vec::new()));
    for note in notes {
        expect = expect.above(note);
    }
    if blocks.is_empty() {
        let id = written.requirement(contract, item, Known::Assumed);
        written.guesses += 1;
        let success = if call.method == "HEAD" || call.follow.is_some() {
            "<2xx>"
        } else {
            "[<2xx>, <3xx>]"
        };
        let status = match success {
            "<2xx>" => Yaml::text("<2xx>"),
            _ => Yaml::list([Yaml::text("<2xx>"), Yaml::text("<3xx>")]),
        };
        blocks.push(Yaml::map([
            Entry::new("proves", Yaml::list([Yaml::text(id)])),
            Entry::new("status", status),
        ]));
        expect = expect.above("TODO: the answer is not known; write what it must be");
    }
    expect.value = Yaml::Lines(blocks);
    entries.push(expect);
    let captures = call.captures.iter().filter_map(|capture| {
        let name = names.captures.get(&capture.number)?;
        Some(Entry::new(name, capture.from.clone()))
    });
    let captures: Vec<Entry> = captures.collect();
    if !captures.is_empty() {
        entries.push(Entry::new("capture", Yaml::map(captures)));
    }
    entries
}

fn request(written: &mut Written<'_>, item: &Item, contract: usize, names: &mut Names<'_>) -> Yaml {
    let identity = item.identity.and_then(|number| {
        names.identities.insert(number);
        written
            .vault
            .identities
            .get(number)
            .map(|one| one.name.clone())
    });
    let service = (item.service != contract).then(|| written.service(contract, item.service));
    request::write(item, identity.as_deref(), service.as_deref(), names)
}

/// Steps that delete again what the case created, if the source did.
fn undoing(
    written: &mut Written<'_>,
    items: &[Item],
    case: &[usize],
    contract: usize,
    names: &mut Names<'_>,
) -> Vec<Yaml> {
    let mut steps: Vec<(Yaml, Vec<u16>)> = Vec::new();
    for &at in case.iter().rev() {
        let item = &items[at];
        let has_capture = item
            .fillings()
            .iter()
            .any(|filling| matches!(filling, Filling::Capture(_)));
        let undoes = item.call.is_undoing && !case.starts_with(&[at])
            || item.call.method == "DELETE" && has_capture;
        if !undoes || steps.len() == 8 {
            continue;
        }
        let mut statuses: Vec<u16> = item
            .call
            .answers
            .iter()
            .map(|answer| answer.status)
            .collect();
        if statuses.is_empty() {
            statuses.extend([200, 202, 204]);
        }
        statuses.extend([404, 410]);
        let request = request(written, item, contract, names);
        match steps.iter_mut().find(|(known, _)| *known == request) {
            Some((_, known)) => known.append(&mut statuses),
            None => steps.push((request, statuses)),
        }
    }
    let steps = steps.into_iter().map(|(request, mut statuses)| {
        statuses.sort_unstable();
        statuses.dedup();
        let statuses = statuses
            .into_iter()
            .map(|status| Yaml::Scalar(status.into()));
        let expect = Yaml::map([Entry::new("status", Yaml::list(statuses))]);
        Yaml::Map(vec![
            Entry::new("request", request),
            Entry::new("expect", Yaml::list([expect])),
        ])
    });
    steps.collect()
}

/// `get-documents-id`, or what a person named it.
fn case_id(first: &Item, is_chain: bool) -> String {
    if let Some((id, _)) = &first.call.sequence_name {
        return kebab(id, "case");
    }
    if let Some(name) = first.call.name.as_deref().filter(|_| !is_chain) {
        return kebab(name, "case");
    }
    if let Some(folder) = first.call.folder.as_deref().filter(|_| is_chain) {
        return kebab(folder, "case");
    }
    let mut parts = vec![first.call.method.to_ascii_lowercase()];
    parts.extend(words(&shown(&first.path)));
    let status = first.call.answers.first().map_or(0, |answer| answer.status);
    if status >= 400 {
        parts.push(status.to_string());
    }
    if is_chain {
        parts.push("and-more".into());
    }
    kebab(&parts.join("-"), "case")
}

/// A title is one line, and a template.
fn title_text(title: &str) -> Yaml {
    let words: Vec<&str> = title.split_whitespace().collect();
    Yaml::text(literal::template(&words.join(" ")))
}

fn case_title(items: &[Item], case: &[usize]) -> String {
    let one = |item: &Item| match (&item.call.name, item.call.answers.first()) {
        (Some(name), _) => name.clone(),
        (None, Some(answer)) => format!(
            "{} {} is {}",
            item.call.method,
            shown(&item.path),
            answer.status
        ),
        (None, None) => format!("{} {}", item.call.method, shown(&item.path)),
    };
    let first = case.first().map(|&at| &items[at].call);
    if let Some((_, title)) = first.and_then(|call| call.sequence_name.as_ref()) {
        return title.clone();
    }
    match case {
        [only] => one(&items[*only]),
        [first, .., last] => {
            let operation = |item: &Item| format!("{} {}", item.call.method, shown(&item.path));
            format!(
                "{} to {}",
                operation(&items[*first]),
                operation(&items[*last])
            )
        }
        [] => String::new(),
    }
}

/// The file of a case: what a person named it, or the first segment of the path that says something.
fn file_name(item: &Item) -> String {
    let name = item.call.folder.clone().unwrap_or_else(|| {
        let mut segments = item.path.split('/').filter(|segment| {
            let is_version = segment.strip_prefix('v').is_some_and(|rest| {
                !rest.is_empty()
                    && rest
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || byte == b'.')
            });
            let is_common = ["", "api", "rest"].contains(segment) || is_version;
            !is_common && !crate::import::traffic::marked::has_filling(segment)
        });
        segments.next().unwrap_or("root").to_owned()
    });
    match kebab(&name, "root").as_str() {
        "contract" => "contract-calls".into(),
        other => other.to_owned(),
    }
}
