//! Secrets out of everything that is shown: by value, however a value is spelled on its way.

use std::borrow::Cow;
use std::sync::{Arc, PoisonError, RwLock};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

use crate::model::{
    CaseReport, ExchangeReport, Finding, RecordingReport, Report, Secret, StepReport,
};
use crate::redact::spelling::{begins_before, spelled_at};

/// What stands where a secret stood.
pub const PLACEHOLDER: &str = "[secret]";

/// A secret shorter than this also stands in numbers, names and words by chance.
const UNLIKELY_BY_CHANCE: usize = 8;

/// Finds secrets in text. Clones know the same secrets, also those that one of them learns later.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Arc<RwLock<Arc<Known>>>,
}

/// What there is to find.
#[derive(Default)]
pub(crate) struct Known {
    secrets: Vec<Secret>,
    /// Every secret and its forms in base64, longest first, so that no form hides in a longer one.
    forms: Vec<String>,
    /// The octets that a spelling of a form can begin with.
    beginnings: Vec<u8>,
}

impl Known {
    fn new(secrets: Vec<Secret>) -> Known {
        let mut forms: Vec<String> = secrets
            .iter()
            .filter(|secret| !secret.expose().is_empty())
            .flat_map(|secret| forms_of(secret.expose()))
            .collect();
        forms.sort_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        forms.dedup();
        Known::of(forms, secrets)
    }

    fn of(forms: Vec<String>, secrets: Vec<Secret>) -> Known {
        let mut beginnings: Vec<u8> = forms.iter().map(|form| form.as_bytes()[0]).collect();
        beginnings.extend(b"%\\&+~");
        Known {
            secrets,
            forms,
            beginnings,
        }
    }

    /// So many octets has the longest form; 0 when there is nothing to find.
    pub(crate) fn longest(&self) -> usize {
        self.forms.first().map_or(0, String::len)
    }

    /// The next place where a secret stands, as octets, and the form in which it does.
    pub(crate) fn next(&self, text: &str, from: usize) -> Option<(usize, usize, &str)> {
        if self.forms.is_empty() {
            return None;
        }
        let octets = text.as_bytes();
        (from..octets.len())
            .filter(|at| self.beginnings.contains(&octets[*at]) && text.is_char_boundary(*at))
            .find_map(|at| {
                let mut forms = self.forms.iter();
                forms
                    .find_map(|form| spelled_at(text, at, form).map(|end| (at, end, form.as_str())))
            })
    }
}

impl Redactor {
    /// Knows each secret as it is and in base64, alone and inside a longer text. Both are found in any
    /// spelling: percent-encoded, escaped as in JSON, escaped as in HTML, or a mixture.
    pub fn new(secrets: &[Secret]) -> Redactor {
        Redactor {
            known: Arc::new(RwLock::new(Arc::new(Known::new(secrets.to_vec())))),
        }
    }

    /// Knows one more secret from now on: a token that came while the run went on. Was it new?
    pub(crate) fn learn(&self, secret: &Secret) -> bool {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let is_new = !known.secrets.contains(secret);
        if is_new {
            let mut secrets = known.secrets.clone();
            secrets.push(secret.clone());
            *known = Arc::new(Known::new(secrets));
        }
        is_new
    }

    /// Is there nothing to find?
    pub(crate) fn is_empty(&self) -> bool {
        self.known().forms.is_empty()
    }

    /// What there is to find by now.
    pub(crate) fn known(&self) -> Arc<Known> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&known)
    }

    /// The text without secrets.
    pub fn redact<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let known = self.known();
        let mut redacted = String::new();
        let mut kept = 0;
        let mut at = 0;
        while let Some((start, end, _)) = known.next(text, at) {
            redacted.push_str(&text[kept..start]);
            redacted.push_str(PLACEHOLDER);
            kept = end;
            at = end;
        }
        if kept == 0 {
            return Cow::Borrowed(text);
        }
        redacted.push_str(&text[kept..]);
        Cow::Owned(redacted)
    }

    /// Does the text hold a secret that cannot stand there by chance?
    pub fn finds(&self, text: &str) -> bool {
        self.telling().next(text, 0).is_some()
    }

    /// What there is to find that stands nowhere by chance.
    pub(crate) fn telling(&self) -> Known {
        let known = self.known();
        let telling = known.forms.iter();
        let telling = telling.filter(|form| form.len() >= UNLIKELY_BY_CHANCE);
        Known::of(telling.cloned().collect(), Vec::new())
    }

    /// Takes secrets out of every text of a run that could hold one, besides its cases.
    pub(crate) fn redact_run(&self, report: &mut Report) {
        self.clean(&mut report.suite);
        self.clean(&mut report.target.name);
        report
            .target
            .given
            .iter_mut()
            .for_each(|text| self.clean(text));
        report
            .target
            .services
            .values_mut()
            .for_each(|url| self.clean(url));
        for requirement in &mut report.requirements {
            self.clean(&mut requirement.reason);
        }
    }

    /// Takes secrets out of what is told of a recording.
    pub fn redact_recording(&self, recording: &mut RecordingReport) {
        self.clean(&mut recording.file);
        for unmatched in &mut recording.unmatched {
            self.clean(&mut unmatched.request);
            self.clean(&mut unmatched.reason);
        }
    }

    /// Takes secrets out of every text of a case that could hold one: all but names and verdicts,
    /// which come from us.
    pub(crate) fn redact_case(&self, case: &mut CaseReport) {
        if self.known().forms.is_empty() {
            return;
        }
        self.clean(&mut case.title);
        self.clean_cut(&mut case.reason);
        self.clean(&mut case.place.source);
        case.left_behind
            .iter_mut()
            .for_each(|text| self.clean_cut(text));
        self.redact_findings(&mut case.findings);
        self.redact_steps(&mut case.steps);
        for rerun in &mut case.reruns {
            self.clean_cut(&mut rerun.reason);
            self.redact_findings(&mut rerun.findings);
            self.redact_steps(&mut rerun.steps);
        }
    }

    fn redact_findings(&self, findings: &mut [Finding]) {
        for finding in findings {
            self.clean_cut(&mut finding.message);
            self.clean_cut(&mut finding.expected);
            self.clean_cut(&mut finding.actual);
            self.clean(&mut finding.place.source);
            finding.pointer.iter_mut().for_each(|text| self.clean(text));
            finding.header.iter_mut().for_each(|text| self.clean(text));
            for line in finding.diff.iter_mut().flat_map(|diff| &mut diff.lines) {
                self.clean(&mut line.pointer);
                self.clean_cut(&mut line.note);
                let text = line.text.clone();
                self.clean_cut(&mut line.text);
                if line.text != text {
                    line.marks.clear();
                }
            }
        }
    }

    fn redact_steps(&self, steps: &mut [StepReport]) {
        for step in steps {
            self.clean(&mut step.title);
            if let Some(outline) = &step.outline
                && let Cow::Owned(redacted) = self.redact(outline)
            {
                step.outline = Some(redacted.into());
            }
            if let Cow::Owned(redacted) = self.redact(&step.operation) {
                step.operation = redacted.into();
            }
            if let Some(exchange) = &mut step.exchange {
                self.redact_exchange(exchange);
            }
        }
    }

    fn redact_exchange(&self, exchange: &mut ExchangeReport) {
        self.clean(&mut exchange.url);
        self.clean(&mut exchange.curl);
        self.redact_headers(&mut exchange.request_headers);
        exchange
            .request_body
            .iter_mut()
            .for_each(|body| self.clean(&mut body.text));
        if let Some(response) = &mut exchange.response {
            self.clean(&mut response.reason);
            self.clean(&mut response.trailing);
            self.redact_headers(&mut response.headers);
            response
                .body
                .iter_mut()
                .for_each(|body| self.clean(&mut body.text));
        }
        exchange
            .no_answer
            .iter_mut()
            .for_each(|no_answer| self.clean_cut(&mut no_answer.detail));
    }

    fn redact_headers(&self, headers: &mut [(String, String)]) {
        for (name, value) in headers {
            self.clean(name);
            self.clean(value);
        }
    }

    fn clean(&self, text: &mut String) {
        if let Cow::Owned(redacted) = self.redact(text) {
            *text = redacted;
        }
    }

    /// Also takes away the beginning of a secret that was cut off: the judge shortens what it quotes.
    fn clean_cut(&self, text: &mut String) {
        self.clean(text);
        let known = self.known();
        let mut from = 0;
        while let Some(cut) = text[from..].find('…').map(|at| from + at) {
            let starts = known
                .forms
                .iter()
                .filter_map(|form| begins_before(text, cut, form));
            let end = match starts.min() {
                Some(start) => {
                    text.replace_range(start..cut, PLACEHOLDER);
                    start + PLACEHOLDER.len()
                }
                None => cut,
            };
            from = end + '…'.len_utf8();
        }
    }
}

/// The secret, its base64, and what of its base64 is the same wherever it stands in a longer text.
pub(crate) fn forms_of(secret: &str) -> Vec<String> {
    let mut forms = vec![
        secret.to_owned(),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
    ];
    if secret.len() < UNLIKELY_BY_CHANCE {
        return forms;
    }
    for shift in 0..3 {
        let mut octets = vec![0; shift];
        octets.extend(secret.as_bytes());
        // Six bits a character: the first that holds nothing of what stands before, and the last that
        // holds nothing of what stands behind.
        let first = (shift * 8).div_ceil(6);
        let last = octets.len() * 8 / 6;
        forms.push(STANDARD_NO_PAD.encode(&octets)[first..last].to_owned());
        forms.push(URL_SAFE_NO_PAD.encode(&octets)[first..last].to_owned());
    }
    forms
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Redactor({} forms)", self.known().forms.len())
    }
}

#[cfg(test)]
mod tests {
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
        let mut text = "got `my hunter2-…`, not `hun…` or `hunt%65r2…`".to_owned();
        redactor.clean_cut(&mut text);
        assert_eq!(text, "got `my [secret]…`, not `hun…` or `[secret]…`");
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
    }
}
