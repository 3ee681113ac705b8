//! Reasons for which there is no evidence, and what they are the reasons of.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::model::end_of_fact;

/// Things by reason, both in order of appearance. Services that are lost in the same way are one reason.
pub(crate) fn by_reason<'r, T>(
    items: impl Iterator<Item = (Cow<'r, str>, T)>,
) -> Vec<(Cow<'r, str>, Vec<T>)> {
    let mut groups: Vec<(Cow<'r, str>, Vec<T>, Vec<String>)> = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (mut reason, item) in items {
        cut(&mut reason);
        let (key, service) = match lost(&reason) {
            Some((service, why)) => (format!("lost: {why}"), Some(service.to_owned())),
            None => (reason.clone().into_owned(), None),
        };
        let at = *known.entry(key).or_insert(groups.len());
        if at == groups.len() {
            groups.push((reason, Vec::new(), Vec::new()));
        }
        let group = &mut groups[at];
        group.1.push(item);
        group.2.extend(service.filter(|one| !group.2.contains(one)));
    }
    let groups = groups.into_iter();
    let worded = groups.map(|(reason, items, services)| (of_all(reason, &services), items));
    worded.collect()
}

/// The reasons for an exit code, with services that are lost in the same way as one.
pub(crate) fn merged(reasons: &[String]) -> Vec<Cow<'_, str>> {
    let items = reasons.iter().map(|reason| (reason.as_str().into(), ()));
    by_reason(items)
        .into_iter()
        .map(|(reason, _)| reason)
        .collect()
}

/// Without the words that say that a service is lost: they are a reason of their own.
fn cut(reason: &mut Cow<'_, str>) {
    match reason {
        Cow::Borrowed(text) => *text = &text[..end_of_fact(text)],
        Cow::Owned(text) => text.truncate(end_of_fact(text)),
    }
}

/// The service that is lost, and why.
fn lost(reason: &str) -> Option<(&str, &str)> {
    reason.strip_prefix("service `")?.split_once("` is lost: ")
}

fn of_all<'r>(reason: Cow<'r, str>, services: &[String]) -> Cow<'r, str> {
    match (services, lost(&reason)) {
        ([_, _, ..], Some((_, why))) => {
            format!("services `{}` are lost: {why}", services.join("`, `")).into()
        }
        _ => reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_that_are_lost_in_the_same_way_are_one_reason() {
        let items = [
            ("service `a` is lost: no answer", 1),
            ("no connection: refused; service `a` is lost: no answer", 2),
            ("service `b` is lost: no answer", 3),
            ("no connection: refused", 4),
            ("service `c` is lost: late", 5),
            ("service `b` is lost: no answer", 6),
        ];
        let items = items.into_iter();
        let groups = by_reason(items.map(|(reason, item)| (reason.into(), item)));
        let groups: Vec<(&str, &[i32])> = groups
            .iter()
            .map(|(reason, items)| (&**reason, items.as_slice()))
            .collect();
        assert_eq!(
            groups,
            [
                ("services `a`, `b` are lost: no answer", &[1, 3, 6][..]),
                ("no connection: refused", &[2, 4]),
                ("service `c` is lost: late", &[5]),
            ]
        );
    }
}
