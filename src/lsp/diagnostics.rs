//! Diagnostics of the loader in the form of the protocol.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::lsp::event::Loaded;
use crate::lsp::position::{Encoding, Lines};
use crate::lsp::uri::uri_of;
use crate::model::{Diagnostic, Severity, Span};

/// The most diagnostics of one file.
const MOST: usize = 1000;

/// Where diagnostics without a place are shown.
const WITHOUT_PLACE: &str = "probity.yaml";

/// The diagnostics of each file that has some.
pub(crate) fn by_file(loaded: &Loaded, encoding: Encoding) -> BTreeMap<PathBuf, Value> {
    let mut by_file: BTreeMap<PathBuf, Vec<&Diagnostic>> = BTreeMap::new();
    for one in &loaded.diagnostics {
        let path = match one.span {
            Some(span) => PathBuf::from(&*loaded.sources.file(span.file).name),
            None => loaded.suite.root.join(WITHOUT_PLACE),
        };
        by_file.entry(path).or_default().push(one);
    }
    let written = |(path, mut all): (PathBuf, Vec<&Diagnostic>)| {
        all.sort_by_key(|one| one.span.map(|span| (span.start, span.end)));
        all.truncate(MOST);
        let text = all.first().and_then(|one| one.span);
        let text = text.map_or("", |span| &*loaded.sources.file(span.file).text);
        let lines = Lines::new(text, encoding);
        let list = all
            .into_iter()
            .map(|one| diagnostic(one, loaded, &lines, encoding));
        (path, list.collect())
    };
    by_file.into_iter().map(written).collect()
}

fn diagnostic(one: &Diagnostic, loaded: &Loaded, lines: &Lines<'_>, encoding: Encoding) -> Value {
    let range = one
        .span
        .map_or(0..0, |span| span.start as usize..span.end as usize);
    let mut written = json!({
        "range": lines.range_in_line(&range),
        "severity": match one.severity {
            Severity::Error => 1,
            Severity::Warning => 2,
        },
        "code": one.code,
        "source": "probity",
        "message": message(one)
    });
    if let Some((span, label)) = &one.also {
        written["relatedInformation"] = json!([{
            "location": location(*span, loaded, encoding),
            "message": label
        }]);
    }
    written
}

/// The message, with what `check` prints beside the caret and below it.
fn message(one: &Diagnostic) -> String {
    let mut message = one.message.clone();
    if !one.label.is_empty() {
        message.push_str(": ");
        message.push_str(&one.label);
    }
    for help in &one.help {
        message.push_str("\nhelp: ");
        message.push_str(help);
    }
    message
}

fn location(span: Span, loaded: &Loaded, encoding: Encoding) -> Value {
    let file = loaded.sources.file(span.file);
    let lines = Lines::new(&file.text, encoding);
    let range = span.start as usize..span.end as usize;
    json!({ "uri": uri_of(Path::new(&*file.name)), "range": lines.range_in_line(&range) })
}
