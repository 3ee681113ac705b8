//! Golden pages, and what must hold for any report: no markup from outside, digests that fit, a bounded size.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::report::html::document::{PAGE, STYLE, digest};
use crate::report::sample;

fn rendered(report: &Report) -> String {
    let mut out = Vec::new();
    render(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The page without the contents of its style and scripts, in two parts: the frame up to `<body>`, and the body with
/// each block on its own line.
fn readable(report: &Report) -> (String, String) {
    let page = rendered(report)
        .replace(STYLE, "/* report.css */")
        .replace(PAGE, "// page.js")
        .replace(SCRIPT, "// cases.js")
        .replace(&digest(STYLE), "sha256-of-the-style")
        .replace(&digest(PAGE), "sha256-of-the-page")
        .replace(&digest(SCRIPT), "sha256-of-the-script");
    let (frame, body) = page.split_once("<body>").unwrap();
    let block = "<(header|main|footer|nav|section|article|div|p|h[1-4]|ul|li|dl|table|tr|details|pre|figure|svg|script)[ >]";
    let block = regex::Regex::new(&format!(">({block})")).unwrap();
    let body = body.trim_end().trim_end_matches("</body></html>");
    let body = block.replace_all(body, ">\n$1").into_owned();
    (frame.replace("><", ">\n<"), body)
}

#[test]
fn looks() {
    for (name, report) in sample::named() {
        insta::assert_snapshot!(format!("html-{name}"), readable(&report).1);
    }
    insta::assert_snapshot!("frame", readable(&sample::green()).0);
}

/// What a page may be made of. No element here loads, runs or sends anything but the scripts.
const ELEMENTS: &str = "a article b body button caption cite code dd desc details div dl dt fieldset figcaption \
    figure footer form h1 h2 h3 h4 head header html i input label legend li line main mark meta nav noscript \
    ol option p path pre rect script section select span style summary svg table tbody td th thead time title \
    tr ul wbr";

const ATTRIBUTES: &str = "aria-hidden aria-label aria-labelledby aria-pressed autocomplete charset class \
    content d data-end data-lane data-view datetime focusable height hidden href http-equiv id lang name open \
    placeholder preserveAspectRatio role scope spellcheck tabindex title type value viewBox width x x1 x2 y \
    y1 y2";

/// Takes the page apart as a browser would; panics on any markup that Probity did not write.
fn assert_only_our_markup(page: &str) {
    let elements: BTreeSet<&str> = ELEMENTS.split_whitespace().collect();
    let attributes: BTreeSet<&str> = ATTRIBUTES.split_whitespace().collect();
    let page = page
        .replace(STYLE, "")
        .replace(PAGE, "")
        .replace(SCRIPT, "");
    let mut rest = page.strip_prefix("<!DOCTYPE html>").unwrap();
    let mut scripts = 0;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let is_end = rest.starts_with('/');
        rest = rest.trim_start_matches('/');
        let end = rest.find([' ', '>']).unwrap();
        let name = &rest[..end];
        assert!(elements.contains(name), "<{name}>");
        scripts += usize::from(name == "script" && !is_end);
        rest = &rest[end..];
        while let Some(attribute) = rest.strip_prefix(' ') {
            let end = attribute.find(['=', '>', ' ']).unwrap();
            let name = &attribute[..end];
            assert!(attributes.contains(name), "{name}=");
            rest = &attribute[end..];
            if let Some(value) = rest.strip_prefix("=\"") {
                let end = value.find('"').unwrap();
                let is_outside = name == "href" && !value.starts_with('#');
                assert!(
                    !is_outside,
                    "a link that leaves the page: {}",
                    &value[..end]
                );
                rest = &value[end + 1..];
            }
        }
        rest = rest.strip_prefix('>').expect("the end of a tag");
    }
    assert_eq!(scripts, 3);
    let seen = crate::text::printable::printable(&page.replace('\n', " ")).len();
    assert_eq!(seen, page.len(), "a character that cannot be seen");
}

fn planted(report: &Report, text: &str) -> Report {
    sample::planted(report, |old| text.clone_into(old))
}

const EVIL: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "</style></title></pre><!--",
    "javascript:alert(1)",
    "\u{202e}txt.exe\u{2066}\0\u{1b}[2J\u{feff}\u{2028}\u{fffd}",
    "]]>&lt;b&gt;&#60;i&#62;",
    "<svg/onload=alert(1)>",
];

#[test]
fn nothing_from_outside_becomes_markup() {
    for report in sample::all() {
        assert_only_our_markup(&rendered(&report));
        for text in EVIL {
            assert_only_our_markup(&rendered(&planted(&report, text)));
        }
    }
    let huge = "<b>&\"'".repeat(50_000);
    let page = rendered(&planted(&sample::broken(), &huge));
    assert_only_our_markup(&page);
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn any_text_stays_text(text in "\\PC{0,40}|[<>&\"'/!=a-z \u{0}\u{1b}\u{202e}\n]{0,40}") {
        assert_only_our_markup(&rendered(&planted(&sample::warned(), &text)));
        assert_only_our_markup(&rendered(&planted(&sample::skipped(), &text)));
    }
}

#[test]
fn the_policy_names_the_digests_of_style_and_scripts() {
    let page = rendered(&sample::broken());
    let between = |start: &str, end: &str| {
        let at = page.rfind(start).unwrap() + start.len();
        let length = page[at..].find(end).unwrap();
        page[at..at + length].to_owned()
    };
    let policy = between("Content-Security-Policy\" content=\"", "\"");
    let style = digest(&between("<style>", "</style>"));
    let script = digest(&between("<script>", "</script>"));
    let first = digest(PAGE);
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
    assert!(policy.contains(&format!("style-src '{style}'")), "{policy}");
    assert!(
        policy.contains(&format!("script-src '{first}' '{script}'")),
        "{policy}"
    );
    for unsafe_word in ["unsafe", "http:", "https:", "data:", "*"] {
        assert!(!policy.contains(unsafe_word), "{policy}");
    }
}

#[test]
fn the_style_and_the_script_fetch_nothing_and_parse_no_markup() {
    for word in ["url(", "@import", "http"] {
        assert!(!STYLE.contains(word), "{word}");
    }
    for word in [
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "fetch(",
        "eval(",
        "import(",
        "http",
    ] {
        assert!(!PAGE.contains(word) && !SCRIPT.contains(word), "{word}");
    }
}

#[test]
fn the_data_is_the_same_after_its_escapes() {
    let report = planted(&sample::green(), "</script>&<b>");
    let mut data = Vec::new();
    data::write(&report, &mut data).unwrap();
    assert!(!data.iter().any(|byte| b"<>&".contains(byte)));
    let data: Value = serde_json::from_slice(&data).unwrap();
    assert_eq!(data["cases"][0][0], "</script>&<b>");
    assert_eq!(data["cases"].as_array().unwrap().len(), report.cases.len());
}

#[test]
fn ten_thousand_cases_stay_small_and_quick() {
    let half = rendered(&sample::many(5_000)).len();
    let started = std::time::Instant::now();
    let page = rendered(&sample::many(10_000));
    let took = started.elapsed();
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
    assert!(
        page.len() < half * 9 / 4,
        "{half} bytes grew to {}",
        page.len()
    );
    // Far more than it takes, even unoptimised on a busy machine; less than anything quadratic would.
    assert!(took.as_secs() < 30, "{took:?}");
}

#[test]
fn a_run_that_fails_everywhere_is_bounded() {
    let cases = sample::many(3_000)
        .cases
        .into_vec()
        .into_iter()
        .enumerate()
        .map(|(number, mut case)| {
            case.verdict = crate::model::Verdict::Fail;
            case.reason = format!("number {number}").into();
            case
        });
    let page = rendered(&sample::report(cases.collect()));
    assert!(page.len() < 8 << 20, "{} bytes", page.len());
    assert!(page.contains("not shown here"));
}

#[test]
fn nothing_from_outside_becomes_markup_in_a_history() {
    for text in EVIL {
        let mut report = planted(&sample::broken(), text);
        report
            .cases
            .iter_mut()
            .for_each(|case| case.proves = Vec::new().into());
        let mut out = Vec::new();
        render_history(&unsteady(&report, text), &[text.to_owned()], &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        assert_only_our_markup(&page);
        for part in [
            "class=\"shift\"",
            "class=\"whisker\"",
            "class=\"strips\"",
            "Changed cases",
        ] {
            assert!(page.contains(part), "{part}");
        }
    }
}

/// The trend of runs in which cases, requirements and latencies come and go.
fn unsteady(
    report: &Report,
    text: &str,
) -> std::collections::BTreeMap<String, crate::model::trend::Trend> {
    use crate::model::{Disposition, LatencySummary, Verdict};
    let run = |number: usize| {
        let mut report = report.clone();
        report.cases[0].digest = Some(crate::json::digest::Digest::new([1; 8]));
        report.cases[1].id.push_str(" 2");
        report.cases[1].digest = report.cases[0].digest;
        report.cases[1].verdict = if (12..15).contains(&number) {
            Verdict::Fail
        } else {
            Verdict::Pass
        };
        if number.is_multiple_of(2) {
            report.cases[0].verdict = Verdict::Pass;
            for one in &mut report.requirements {
                one.disposition = Disposition::Upheld;
            }
        }
        let mut moment = crate::history::moment_of(text.to_owned(), &report);
        moment.started = format!("2026-01-{:02}T00:00:00Z {text}", number + 1);
        let level = if number < 10 { 10.0 } else { 50.0 };
        let summary = LatencySummary {
            answers: 9,
            median_ms: level,
            p95_ms: 2.0 * level,
        };
        moment.latency = [(text.to_owned(), summary)].into();
        moment
    };
    let runs: crate::history::Trends = (0..20).map(run).collect();
    runs.by_target()
}

#[test]
fn nothing_from_outside_becomes_markup_in_a_matrix() {
    for text in EVIL {
        let mut builder = crate::history::MatrixBuilder::new(crate::history::MatrixBy::Run);
        for report in [sample::broken(), sample::waived(), sample::skipped()] {
            builder.add(&planted(&report, text), text.to_owned(), None);
            builder.add(&report, text.to_owned(), None);
        }
        let mut out = Vec::new();
        render_targets(&builder.matrix(), &[], &[text.to_owned()], &mut out).unwrap();
        assert_only_our_markup(&String::from_utf8(out).unwrap());
    }
}

#[test]
fn the_page_of_a_trend_and_of_a_matrix_look() {
    let body = |page: Vec<u8>| {
        let page = String::from_utf8(page).unwrap().replace(PAGE, "// page.js");
        let (_, body) = page.split_once("<body>").unwrap();
        let block =
            regex::Regex::new(">(<(section|div|p|h[1-4]|ul|li|table|tr|details|figure|svg)[ >])")
                .unwrap();
        block.replace_all(body, ">\n$1").into_owned()
    };
    let mut out = Vec::new();
    render_history(&unsteady(&sample::broken(), "run.json"), &[], &mut out).unwrap();
    insta::assert_snapshot!("history", body(out));
    let mut builder = crate::history::MatrixBuilder::new(crate::history::MatrixBy::Target);
    for (name, report) in [("europe", sample::green()), ("asia", sample::broken())] {
        let mut report = report;
        report.target.name = name.into();
        builder.add(&report, format!("{name}.json"), None);
    }
    let mut out = Vec::new();
    let links = [Some("./asia/index.html".to_owned())];
    render_targets(&builder.matrix(), &links, &[], &mut out).unwrap();
    insta::assert_snapshot!("matrix", body(out));
}
