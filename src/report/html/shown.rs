//! Text from outside on a page, and the few words that every part of the page shares.

use std::borrow::Cow;

use maud::{Markup, Render, html};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::model::{Level, Verdict};
use crate::report::summary::verdict::Standing;
use crate::text::excerpt::short_text;
use crate::text::printable::printable;

/// Longer values are cut here; the JSON report has them in full.
const LONGEST: usize = 2000;

/// Text from outside: markup is escaped, and what cannot be seen is made visible.
pub(super) struct Shown<'t>(Cow<'t, str>);

/// The text, safe between tags and in quoted attributes; cut where it is longer than anybody reads.
pub(super) fn shown(text: &str) -> Shown<'_> {
    Shown(cut(text))
}

/// The text uncut; for what is bounded already.
pub(super) fn uncut(text: &str) -> Shown<'_> {
    Shown(Cow::Borrowed(text))
}

impl Render for Shown<'_> {
    fn render_to(&self, buffer: &mut String) {
        printable(&self.0).as_ref().render_to(buffer);
    }
}

/// The text, with parts between backticks as code.
pub(super) fn worded(text: &str) -> Markup {
    let text = cut(text);
    let parts: Vec<&str> = text.split('`').collect();
    // A backtick without its partner is a backtick.
    let is_even = parts.len() % 2 == 1;
    html! {
        @for (index, part) in parts.iter().enumerate() {
            @if is_even && index % 2 == 1 { code { (uncut(part)) } }
            @else { @if index > 0 && !is_even { "`" } (uncut(part)) }
        }
    }
}

/// A long URL or value is cut, so that a page stays a page whatever a target answers.
fn cut(text: &str) -> Cow<'_, str> {
    if text.len() <= LONGEST {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(short_text(text, LONGEST))
    }
}

/// The sign of a verdict beside its word, so that colour is never the only sign.
pub(super) fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Pass => "✓",
        Verdict::Warn => "!",
        Verdict::Fail => "✕",
        Verdict::Flaky => "≈",
        Verdict::Error => "?",
        Verdict::Skip => "–",
    }
}

/// `✕ fail`.
pub(super) fn badge(verdict: Verdict) -> Markup {
    html! {
        span class={ "badge v-" (verdict.name()) } {
            span aria-hidden="true" { (sign(verdict)) } " " (verdict.name())
        }
    }
}

/// `MUST`.
pub(super) fn level(level: Level) -> Markup {
    html! { span class={ "level l-" (level.to_string().to_lowercase()) } { (level.to_string()) } }
}

/// The sign, the class and the words of a standing.
pub(super) fn standing(standing: Standing) -> (&'static str, &'static str, &'static str) {
    let (words, _) = standing.words();
    match standing {
        Standing::Upheld => ("✓", "pass", words),
        Standing::Violated => ("✕", "fail", words),
        Standing::Unproven => ("?", "warn", words),
        Standing::NotSelected => ("○", "skip", words),
        Standing::NotApplicable => ("–", "skip", words),
    }
}

/// What a fragment may hold as it is: RFC 3986 section 3.5, without what has a meaning of ours.
const FRAGMENT: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'&')
    .add(b'+')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The text as part of a link inside the page.
pub(super) fn fragment(text: &str) -> String {
    utf8_percent_encode(&printable(&cut(text)), FRAGMENT).to_string()
}

/// `#case/presence/users-batch/two-users`: the place of a case, or its row in the list of all.
pub(super) fn case_link(id: &str) -> String {
    format!("#case/{}", fragment(id))
}

/// `#cases?verdict=fail`: the list of all cases, filtered.
pub(super) fn cases_link(name: &str, value: &str) -> String {
    format!("#cases?{name}={}", fragment(value))
}

/// A button that copies the text of the element beside it; the script shows it.
pub(super) fn copy(what: &str) -> Markup {
    html! { button.copy type="button" aria-label={ "Copy " (what) } { "Copy" } }
}

/// A block of text that may be long: it scrolls by keyboard, and can be copied.
pub(super) fn block(class: &str, what: &str, text: &Markup) -> Markup {
    html! {
        div.copyable {
            pre class=(class) tabindex="0" role="region" aria-label=(what) { (text) }
            (copy(what))
        }
    }
}
