//! Takes secrets out of text: by value, however a value is spelled.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::redact::received::{Found, Received, Withholds};
use crate::redact::redacted::{Redacted, WITHHELD, withheld};
use crate::redact::search::{Known, Match, What};
use crate::redact::secret::Secret;
use crate::redact::spelled::{AfterCut, BeforeCut};
use crate::redact::texts::Texts;

/// What is shown instead of a secret.
pub const PLACEHOLDER: &str = "[secret]";

/// What is shown instead of a text in which it would take too long to look for secrets.
pub const UNSEARCHED: &str = "[cut: too slow to search for secrets]";

/// Of an escape that was cut, at most so many characters are left: of `\\u002F` and of `%252F` five.
const LONGEST_REST: usize = 6;

/// Finds secrets in text. Clones know the same secrets, also those that one of them learns later.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<RwLock<Arc<Known>>>,
    /// What the target has sent as credentials: secrets for the texts that they are in.
    received: Arc<RwLock<Received>>,
    withholds: Withholds,
    /// Was anything learned or received since the start?
    has_news: Arc<AtomicBool>,
}

/// A shorter text has no secret.
const SHORTEST: usize = 4;
/// A text of at least so many bytes may have been cut where it ends.
const MAY_BE_CUT: usize = 8000;
/// Members of a report that hold words of the suite and of the program, by which its parts find each other.
const WORDS: [&str; 14] = [
    "case",
    "pageref",
    "id",
    "contract",
    "proves",
    "by_rules",
    "violated",
    "unproven",
    "requirement",
    "requirements",
    "rule",
    "kind",
    "verdict",
    "digest",
];

/// No spelling of a received value is longer: it has at most 4 KiB, and a byte is spelled with twelve at most.
const MARGIN: usize = 64 << 10;

impl Redactor {
    /// Knows each secret as it is and in base64, alone and inside a longer text. Both are found in any
    /// spelling: percent-encoded, escaped as in JSON, escaped as in HTML, or a mixture.
    pub fn new(secrets: &[Secret]) -> Redactor {
        Redactor {
            known: Arc::new(RwLock::new(Arc::new(Known::new(secrets.to_vec())))),
            ..Redactor::default()
        }
    }

    /// Remembers a value that the target sent as a credential. It is a secret for the texts that are redacted by
    /// [`Redactor::for_text`] and [`Redactor::again`].
    pub(crate) fn receive(&self, value: &str) {
        let received = self.received.write();
        let mut received = received.unwrap_or_else(PoisonError::into_inner);
        received.add(Secret::new(value));
        drop(received);
        self.has_news.store(true, Ordering::Relaxed);
    }

    /// Has anything become a secret since the start, which earlier texts may hold?
    pub(crate) fn has_news(&self) -> bool {
        self.has_news.load(Ordering::Relaxed)
    }

    /// Those received values that are in a text.
    pub(crate) fn received_in(&self, text: &str) -> Found {
        self.received().in_text(text)
    }

    /// A redactor for this text: it knows the received values that are in it.
    pub(crate) fn for_text(&self, text: &str) -> Redactor {
        self.also(self.received_in(text))
    }

    fn received(&self) -> std::sync::RwLockReadGuard<'_, Received> {
        self.received.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// May a text have a credential that the target sent and that cannot be taken out of it?
    pub(crate) fn withholds(&self, text: &str) -> bool {
        match self.withholds {
            Withholds::Nothing => false,
            Withholds::Some => !self.received_in(text).is_empty(),
            Withholds::All => text.len() >= SHORTEST && text != WITHHELD,
        }
    }

    /// Adds a secret: a token that came during the run. Was it new?
    pub(crate) fn learn(&self, secret: &Secret) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = !known.secrets.contains(secret);
        if is_new {
            let mut secrets = known.secrets.clone();
            secrets.push(secret.clone());
            *known = Arc::new(Known::new(secrets));
            self.has_news.store(true, Ordering::Relaxed);
        }
        is_new
    }

    /// Is there nothing to find?
    pub(crate) fn is_empty(&self) -> bool {
        self.known().forms.is_empty() && self.withholds == Withholds::Nothing
    }

    /// Is there nothing to find, and has nothing been received?
    pub(crate) fn knows_nothing(&self) -> bool {
        self.is_empty() && self.received().is_empty()
    }

    /// What there is to find by now.
    pub(crate) fn known(&self) -> Arc<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known)
    }

    /// The text without secrets, for a report. Of a secret that was cut (at `…`) the rest goes, too.
    pub fn text(&self, text: &str) -> Redacted {
        self.beginning(text, usize::MAX).0
    }

    /// At most so many bytes of the text without secrets, for a report, and whether that is all of it. A large text is
    /// not copied.
    pub(crate) fn beginning(&self, text: &str, bytes: usize) -> (Redacted, bool) {
        // What begins behind the shown part does not matter, however large the text is.
        let near = bytes.saturating_add(MARGIN).min(text.len());
        if self.withholds(&text[..text.floor_char_boundary(near)]) {
            return (Redacted::new(WITHHELD), true);
        }
        let known = self.known();
        let matches = known.matches(text);
        let mut places: Vec<Place> = matches.iter().map(Place::of).collect();
        let end = end_of_shown(text, &places, bytes);
        let shown = &text[..end];
        let is_all = end == text.len();
        places.retain(|place| place.start < end);
        if shown.contains('…') {
            // Before anything is replaced: what was cut can begin with another secret.
            places.extend(beginnings(&known, shown));
            places.extend(endings(&known, shown));
            places = merged(places);
        }
        (Redacted::new(&without(shown, &places)), is_all)
    }

    /// Two texts of which the second one follows the first, as one of which neither shows a part of a secret that
    /// begins in the first and ends in the second.
    pub(crate) fn apart<'t>(
        &self,
        first: &'t str,
        second: &'t str,
    ) -> (Cow<'t, str>, Cow<'t, str>) {
        let known = self.known();
        let joined = [first, second].concat();
        if self.withholds(&joined) {
            return (WITHHELD.into(), WITHHELD.into());
        }
        let middle = first.len();
        let mut matches = known.matches(&joined).into_iter();
        match matches.find(|found| found.start < middle && middle < found.end) {
            None => (first.into(), second.into()),
            Some(found) => (
                [&first[..found.start], PLACEHOLDER].concat().into(),
                [PLACEHOLDER, &joined[found.end..]].concat().into(),
            ),
        }
    }

    /// The text without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.withholds(text) {
            return Cow::Borrowed(WITHHELD);
        }
        let known = self.known();
        let places: Vec<Place> = known.matches(text).iter().map(Place::of).collect();
        without(text, &places)
    }

    /// The same value without secrets that were learned or received after it was made. It is changed only if it holds
    /// one.
    pub(crate) fn again<T: Serialize + DeserializeOwned>(&self, value: T) -> T {
        let text = serde_json::to_string(&value).unwrap_or_default();
        let found = self.received_in(&text);
        if found.withholds == Withholds::All {
            return withheld(&value).unwrap_or(value);
        }
        let has_received = !found.is_empty();
        let redactor = self.also(found);
        if !has_received && !redactor.finds(&text) {
            return value;
        }
        let redacted = serde_json::from_str(&text).map(|json| redactor.value(json));
        let redacted = redacted.and_then(serde_json::from_value);
        // Where a name holds the secret this fails, and the scan of the output stops the report.
        redacted.unwrap_or(value)
    }

    /// A line of a file that was written before all secrets were known; `None` if it holds none of those known now.
    ///
    /// # Errors
    ///
    /// When that cannot be found out.
    pub(crate) fn json_again(&self, line: &str) -> io::Result<Option<Value>> {
        let found = self.received_in(line);
        if found.withholds == Withholds::All {
            return Err(io::Error::other(
                "the target sent more credentials than can be searched for in it",
            ));
        }
        let has_received = !found.is_empty();
        let redactor = self.also(found);
        if !has_received && !redactor.finds(line) {
            return Ok(None);
        }
        let before: Value = serde_json::from_str(line)?;
        let after = redactor.value(before.clone());
        Ok((after != before).then_some(after))
    }

    fn value(&self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.text_again(&text)),
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(members) => members
                .into_iter()
                .map(|(name, member)| match name.as_str() {
                    known if WORDS.contains(&known) && !member.is_object() => (name, member),
                    _ => (name, self.value(member)),
                })
                .collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) => value,
        }
    }

    /// A text that was redacted, and perhaps cut, before.
    fn text_again(&self, text: &str) -> String {
        if text.len() < MAY_BE_CUT {
            return self.text(text).into();
        }
        let cut = self.text(&format!("{text}…"));
        cut.strip_suffix('…').unwrap_or(&cut).to_owned()
    }

    /// A redactor that knows these secrets, too, and withholds what has to be withheld because of them.
    pub(crate) fn also(&self, found: impl Into<Found>) -> Redactor {
        let found = found.into();
        let known = self.known();
        let mut all: HashSet<&Secret> = known.secrets.iter().collect();
        let more: Vec<Secret> = found
            .secrets
            .iter()
            .filter(|one| all.insert(one))
            .cloned()
            .collect();
        drop(all);
        let known = if more.is_empty() {
            known
        } else {
            Arc::new(Known::new([known.secrets.clone(), more].concat()))
        };
        Redactor {
            known: Arc::new(RwLock::new(known)),
            received: Arc::clone(&self.received),
            withholds: self.withholds.max(found.withholds),
            has_news: Arc::clone(&self.has_news),
        }
    }

    /// Does the text hold a secret that cannot be there by chance?
    pub fn finds(&self, text: &str) -> bool {
        !self.known().recognised(text, true, true).is_empty()
    }

    /// Does a JSON text hold such a secret that is not in the output anyway: in `own`, the same output without the texts
    /// from outside? A secret can be a word of a format or of the suite, or what a format makes of a character.
    pub fn finds_besides(&self, json: &str, own: impl FnOnce() -> String) -> bool {
        let known = self.known();
        let mut found = known.recognised(json, true, true);
        if !found.is_empty() {
            let texts = Texts::of_json(json).unwrap_or_else(|| Texts::Sources(json.into()));
            known.alarming(&mut found, &own(), &texts);
        }
        !found.is_empty()
    }

    /// Does a text of a JSON value hold such a secret, as it is before it is escaped?
    pub(crate) fn finds_in(&self, value: &Value) -> bool {
        let mut found = BTreeSet::new();
        self.known().add_recognised(value, &mut found);
        !found.is_empty()
    }
}

/// What is replaced in a text, and by what.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
    mark: &'static str,
}

impl Place {
    fn of(found: &Match<'_>) -> Place {
        Place {
            start: found.start,
            end: found.end,
            mark: match found.what {
                What::Form(_) | What::Several => PLACEHOLDER,
                What::Unsearched => UNSEARCHED,
            },
        }
    }
}

/// Where the part of a text ends of which so many bytes are shown.
fn end_of_shown(text: &str, places: &[Place], bytes: usize) -> usize {
    let (mut kept, mut left) = (0, bytes);
    for place in places {
        let before = place.start - kept;
        if before + place.mark.len() > left {
            return text.floor_char_boundary(kept + before.min(left));
        }
        left -= before + place.mark.len();
        kept = place.end;
    }
    text.floor_char_boundary(kept + (text.len() - kept).min(left))
}

/// The beginnings of secrets that were cut off.
fn beginnings(known: &Known, text: &str) -> Vec<Place> {
    let mut places = Vec::new();
    let mut from = 0;
    for (cut, mark) in text.match_indices('…') {
        let before = BeforeCut::new(text, from, cut);
        let starts = known.forms.iter().filter_map(|form| before.begins(form));
        places.extend(starts.min().map(|start| Place {
            start,
            end: cut,
            mark: PLACEHOLDER,
        }));
        from = cut + mark.len();
    }
    places
}

/// The ends of secrets whose beginnings were cut off, and what is left of those that were cut at both ends.
fn endings(known: &Known, text: &str) -> Vec<Place> {
    let cuts: Vec<usize> = text.match_indices('…').map(|(cut, _)| cut).collect();
    let mut places = Vec::new();
    for (index, cut) in cuts.iter().enumerate() {
        let next = cuts.get(index + 1).copied();
        let behind = cut + '…'.len_utf8();
        // The cut can be within an escape, of which some characters are left.
        let starts = text[behind..].char_indices().take(LONGEST_REST);
        for start in starts.map(|(at, _)| behind + at) {
            if next.is_some_and(|next| start >= next) {
                break;
            }
            let after = AfterCut::new(text, start, next);
            let ends = known.forms.iter().filter_map(|form| after.ends(form));
            places.extend(ends.max().map(|end| Place {
                start,
                end,
                mark: PLACEHOLDER,
            }));
        }
    }
    places
}

/// The same places in order, those that overlap as one.
fn merged(mut places: Vec<Place>) -> Vec<Place> {
    places.sort_by_key(|place| place.start);
    let mut merged: Vec<Place> = Vec::new();
    for place in places {
        match merged.last_mut() {
            Some(last) if place.start < last.end => last.end = last.end.max(place.end),
            _ => merged.push(place),
        }
    }
    merged
}

fn without<'t>(text: &'t str, places: &[Place]) -> Cow<'t, str> {
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut redacted = String::new();
    let mut kept = 0;
    for place in places {
        redacted.push_str(&text[kept..place.start]);
        redacted.push_str(place.mark);
        kept = place.end;
    }
    redacted.push_str(&text[kept..]);
    Cow::Owned(redacted)
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} forms)", self.known().forms.len())
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;

    use super::*;

    fn redactor(secrets: &[&str]) -> Redactor {
        let secrets: Vec<Secret> = secrets.iter().copied().map(Secret::new).collect();
        Redactor::new(&secrets)
    }

    #[test]
    fn a_secret_is_found_in_every_form() {
        let redactor = redactor(&["a/b-\"c d+é"]);
        for text in [
            "x a/b-\"c d+é y",
            "a%2Fb%2D%22c%20d%2B%C3%A9",
            "a%2fb-%22c+d%2b%c3%a9",
            "a/b-%22c%20d+%C3%A9",
            "YS9iLSJjIGQrw6k=",
            "YS9iLSJjIGQrw6k",
            "{\"t\":\"a/b-\\\"c d+é\"}",
            "{\"t\":\"a\\/b-\\u0022c d\\u002B\\u00e9\"}",
            "<p>a/b-&quot;c d+&#233;</p>",
            "<p>a&#x2F;b-&#34;c d+é</p>",
        ] {
            assert!(redactor.redact(text).contains(PLACEHOLDER), "{text}");
            assert!(!redactor.finds(&redactor.redact(text)), "{text}");
        }
        assert_eq!(redactor.redact("nothing here"), "nothing here");
    }

    #[test]
    fn a_secret_inside_a_longer_base64_text_is_found() {
        let redactor = redactor(&["a-long-secret"]);
        for before in ["", "u", "us", "user:"] {
            for behind in ["", "!", "!!"] {
                let text = base64::engine::general_purpose::STANDARD
                    .encode(format!("{before}a-long-secret{behind}"));
                assert!(redactor.finds(&text), "{text}");
                assert!(!redactor.finds(&redactor.redact(&text)), "{text}");
            }
        }
    }

    #[test]
    fn the_longer_of_two_secrets_goes_first() {
        let redactor = redactor(&["token", "token-long"]);
        assert_eq!(redactor.redact("token-long token"), "[secret] [secret]");
    }

    #[test]
    fn the_beginning_of_a_secret_that_was_cut_off_goes_too() {
        let redactor = redactor(&["hunter2-hunter2"]);
        let text = redactor.text("got `my hunter2-…`, not `hun…` or `hunt%65r2…`");
        assert_eq!(text, "got `my [secret]…`, not `hun…` or `[secret]…`");
    }

    #[test]
    fn the_end_of_a_secret_that_was_cut_off_goes_too() {
        let redactor = redactor(&["hunter2-hunter2"]);
        let text = redactor.text("got `…er2-hunter2!`, not `…ter` or `…2Dhunter2`");
        assert_eq!(text, "got `…[secret]!`, not `…ter` or `…2D[secret]`");
        assert_eq!(
            redactor.text("`…ter2-hun…`, `…unt%65r2…`"),
            "`…[secret]…`, `…[secret]…`"
        );
        assert_eq!(redactor.text("……"), "……");
    }

    #[test]
    fn what_was_cut_can_begin_with_another_secret() {
        let redactor = redactor(&["hunter2-", "hunter2-and-a-long-tail"]);
        assert_eq!(redactor.text("`hunter2-and-a-l…`"), "`[secret]…`");
        assert_eq!(
            redactor.text("`hunter2-and…` hunter2-"),
            "`[secret]…` [secret]"
        );
    }

    #[test]
    fn the_shown_beginning_is_cut_between_secrets() {
        let redactor = redactor(&["open-sesame"]);
        let begins = |text: &str, bytes: usize| {
            let (shown, is_all) = redactor.beginning(text, bytes);
            (shown.to_string(), is_all)
        };
        assert_eq!(begins("a open-sesame é", 99), ("a [secret] é".into(), true));
        assert_eq!(begins("a open-sesame é", 12), ("a [secret] ".into(), false));
        assert_eq!(begins("a open-sesame é", 9), ("a ".into(), false));
        assert_eq!(begins("a open-sesame é", 1), ("a".into(), false));
    }

    #[test]
    fn a_secret_in_two_texts_is_in_neither() {
        let redactor = redactor(&["hunter2-hunter2"]);
        let (first, second) = redactor.apart("a hunter2-h", "unter2 b");
        assert_eq!((&*first, &*second), ("a [secret]", "[secret] b"));
        let (first, second) = redactor.apart("hunter2-hunter2", "b");
        assert_eq!((&*first, &*second), ("hunter2-hunter2", "b"));
    }

    #[test]
    fn what_is_learned_is_known_to_every_clone() {
        let redactor = redactor(&["first-secret"]);
        let clone = redactor.clone();
        assert!(redactor.learn(&Secret::new("second-secret")));
        assert!(!redactor.learn(&Secret::new("second-secret")));
        assert_eq!(
            clone.redact("second-secret first-secret"),
            "[secret] [secret]"
        );
    }

    #[test]
    fn without_secrets_nothing_is_touched() {
        let redactor = redactor(&[]);
        assert_eq!(redactor.redact("100% \\ & +"), "100% \\ & +");
        assert!(!redactor.finds("anything"));
    }

    #[test]
    fn a_short_secret_is_taken_out_but_is_no_alarm() {
        let redactor = redactor(&["1001"]);
        assert_eq!(redactor.redact("x=1001;"), "x=[secret];");
        assert!(!redactor.finds("\"duration_ms\": 1001.5"));
        assert!(!redactor.finds("1001"));
    }

    #[test]
    fn what_is_in_the_output_anyway_is_no_alarm() {
        let redactor = redactor(&["amp;", "verdict\": ", "open-sesame"]);
        let own = || "<p>&amp; \"verdict\": </p>".to_owned();
        assert!(redactor.finds("<p>a &amp; b</p>"));
        assert!(!redactor.finds_besides("<p>a &amp; b</p> \"verdict\": 1", own));
        assert!(redactor.finds_besides("<p>a &amp; open-sesame</p>", own));
        let value = serde_json::json!({ "verdict\": ": ["a\nb & c", 1] });
        assert!(!redactor.finds_in(&value));
        assert!(redactor.finds_in(&serde_json::json!({ "a": ["open-sesame"] })));
    }
}
