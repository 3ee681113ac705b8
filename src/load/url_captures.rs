//! Warns about captured URLs that a path would encode as one segment.

use std::collections::BTreeMap;

use crate::model::{Capture, CaptureFrom, Diagnostic, Expression, Part, Step};

/// The names of members that hold URLs in the APIs that have links.
const MEMBERS: [&str; 6] = ["href", "link", "next", "previous", "self", "url"];

/// Warns about steps with a captured URL inside a path.
pub(crate) fn warn(steps: &[Step], finally: &[Step], diagnostics: &mut Vec<Diagnostic>) {
    let mut urls: BTreeMap<&str, &Capture> = BTreeMap::new();
    for step in steps.iter().chain(finally) {
        let path = &step.request.path;
        if step.request.link.is_none() {
            let is_text = |part: &&Part| !matches!(part, Part::Text(text) if text.contains('?'));
            // In a query, a URL is a value like any other.
            for part in path.parts.iter().take_while(is_text) {
                if let Part::Hole(Expression::Capture(name)) = part
                    && let Some(capture) = urls.get(name.as_str())
                {
                    let message = format!(
                        "`${{capture.{name}}}` is probably a URL, and a path encodes it as one segment"
                    );
                    diagnostics.push(
                        Diagnostic::error("case/url-in-path", path.span, message)
                            .as_warning()
                            .also(capture.span, "captured here")
                            .help(format!(
                                "write `{}: {{ url: \"${{capture.{name}}}\" }}` to send the request to it",
                                step.request.method
                            ))
                            .help("or capture a part of it: `match: '/books/([0-9]+)'`"),
                    );
                }
            }
        }
        let captures = step.captures.iter().filter(|capture| is_url(capture));
        urls.extend(captures.map(|capture| (capture.name.as_str(), capture)));
    }
}

fn is_url(capture: &Capture) -> bool {
    let is_named = match &capture.from {
        CaptureFrom::Header(name) => {
            let name = name.to_ascii_lowercase();
            name == "location" || name == "content-location"
        }
        CaptureFrom::One(selector) => {
            let path = selector.as_str();
            let last = path.rsplit(['.', '[']).next().unwrap_or(path);
            let last = last.trim_matches(['\'', '"', ']']);
            MEMBERS.contains(&last) && path.contains(['.', '['])
        }
        CaptureFrom::Link(_) => true,
        _ => false,
    };
    is_named && capture.part.is_none()
}

#[cfg(test)]
mod tests {
    use crate::load::testing::messages;

    fn warnings(capture: &str, path: &str) -> usize {
        let text = format!(
            "cases:\n  - id: a\n    steps:\n      - request: {{ GET: / }}\n        \
             expect: [{{ proves: [DEMO-01], status: 200 }}]\n        capture: {{ to: {capture} }}\n      \
             - request: {{ GET: \"{path}\" }}\n        expect: [{{ status: 200 }}]\n"
        );
        messages(&text).len()
    }

    #[test]
    fn a_url_in_a_path_is_probably_a_mistake() {
        for capture in [
            "{ header: location }",
            "{ link: next }",
            "$.next",
            "\"$['links'].self\"",
            "\"$['next']\"",
        ] {
            assert_eq!(warnings(capture, "/${capture.to}"), 1, "{capture}");
            assert_eq!(warnings(capture, "${capture.to}"), 0, "{capture}");
        }
        for capture in [
            "{ header: ETag }",
            "$.id",
            "{ header: Location, match: '[0-9]+' }",
            "{ all: $.next }",
        ] {
            assert_eq!(warnings(capture, "/${capture.to}"), 0, "{capture}");
        }
        assert_eq!(warnings("$.next", "/a?to=${capture.to}"), 0);
    }
}
