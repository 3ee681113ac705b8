//! Steps of a case: request, expectations, captures, and whether the step is repeated.

use std::collections::BTreeMap;

use crate::load::branches;
use crate::load::capture;
use crate::load::expect;
use crate::load::format::{BlockFormat, CaseFormat, EventuallyFormat, RequestFormat, StepFormat};
use crate::load::names::CaseReader;
use crate::load::node::Node;
use crate::load::record::{Entries, Record, Text};
use crate::load::request;
use crate::load::rules;
use crate::load::rules::Attached;
use crate::load::scalars::read_duration;
use crate::load::status;
use crate::model::{Diagnostic, Eventually, Scope, SharedUse, Span, Step};

/// The parts of a step, from a step or from a case without `steps`.
struct StepParts<'p, 'n> {
    title: Option<Text<'n>>,
    request: Option<&'p RequestFormat<'n>>,
    expect: Option<&'p [BlockFormat<'n>]>,
    capture: Option<&'p Entries<'n, &'n Node>>,
    eventually: Option<&'p EventuallyFormat<'n>>,
    timeout: Option<&'n Node>,
    without: Option<&'p Entries<'n, Text<'n>>>,
    used: Option<Text<'n>>,
    /// Is there a `request` that could not be read at all?
    request_is_unread: bool,
    is_flawed: bool,
    span: Span,
}

impl<'p, 'n> StepParts<'p, 'n> {
    fn of(step: &'p StepFormat<'n>) -> StepParts<'p, 'n> {
        StepParts {
            title: step.title,
            request: step.request.as_ref(),
            expect: step.expect.as_deref(),
            capture: step.capture.as_ref(),
            eventually: step.eventually.as_ref(),
            timeout: step.timeout,
            without: step.without.as_ref(),
            used: step.used,
            request_is_unread: step.request.is_none() && step.node().get("request").is_some(),
            is_flawed: step.is_flawed(),
            span: step.node().beginning(),
        }
    }
}

/// Reads the steps of a case. A case without `steps` is one step, which starts at `span`.
pub(crate) fn read_all(
    reader: &mut CaseReader<'_>,
    format: &CaseFormat<'_>,
    layers: &[&RequestFormat<'_>],
    span: Span,
) -> Vec<Step> {
    let Some(steps) = &format.steps else {
        let own = StepParts {
            title: None,
            request: None,
            expect: format.expect.as_deref(),
            capture: format.capture.as_ref(),
            eventually: format.eventually.as_ref(),
            timeout: format.timeout,
            without: None,
            used: None,
            request_is_unread: false,
            is_flawed: format.is_flawed(),
            span,
        };
        return read_parts(reader, &own, layers).into_iter().collect();
    };
    for (key, is_there) in [
        ("expect", format.expect.is_some()),
        ("capture", format.capture.is_some()),
        ("eventually", format.eventually.is_some()),
        ("timeout", format.timeout.is_some()),
    ] {
        if is_there {
            let at = format.node().locate(&format!("/{key}"));
            reader.diagnostics.push(
                Diagnostic::error(
                    "case/steps-and-step",
                    at,
                    format!("`{key}` next to `steps` in one case"),
                )
                .help("move it into a step"),
            );
        }
    }
    if steps.is_empty() {
        reader.diagnostics.push(
            Diagnostic::error(
                "case/no-steps",
                format.node().locate("/steps"),
                "`steps` is empty",
            )
            .help("add a step"),
        );
    }
    reader.captured_later = steps
        .iter()
        .filter_map(|step| step.capture.as_ref())
        .flat_map(|entries| &entries.0)
        .map(|(key, _)| key.text.clone())
        .collect();
    steps
        .iter()
        .filter_map(|step| read(reader, step, layers))
        .collect()
}

/// Reads one step.
pub(crate) fn read(
    reader: &mut CaseReader<'_>,
    step: &StepFormat<'_>,
    outer: &[&RequestFormat<'_>],
) -> Option<Step> {
    if step.with.is_some() && step.used.is_none() {
        let at = step.node().locate("/with");
        reader.diagnostics.push(
            Diagnostic::error("case/with-without-use", at, "`with` without `use`")
                .help("add `use: NAME`, a step of the contract, or write the values into the step"),
        );
    }
    read_parts(reader, &StepParts::of(step), outer)
}

fn read_parts(
    reader: &mut CaseReader<'_>,
    parts: &StepParts<'_, '_>,
    outer: &[&RequestFormat<'_>],
) -> Option<Step> {
    let captures = parts.capture.iter().flat_map(|entries| &entries.0);
    reader.capturing = captures.map(|(key, _)| key.text.clone()).collect();
    let mut layers = outer.to_vec();
    layers.extend(parts.request);
    let blocks = parts.expect.unwrap_or_default();
    if blocks.is_empty() && !parts.is_flawed {
        reader.diagnostics.push(
            Diagnostic::error("case/no-expect", parts.span, "this step has no `expect`")
                .label("any response would pass")
                .help("add `expect:` with a block that has `proves` and `status`"),
        );
    }
    let (expect, needs) = expect::read(reader, blocks);
    status::warn_about_conflict(&expect, reader.diagnostics);
    branches::warn_of_dead(&expect, reader.diagnostics);
    let is_unread_before = reader.request_is_unread;
    reader.request_is_unread |= parts.request_is_unread;
    let request = request::read(reader, &layers, needs.clone(), parts.span);
    reader.request_is_unread = is_unread_before;
    let mut without = rules::exceptions(reader, parts.without);
    let names_transport = layers.iter().any(|layer| layer.transport.is_some());
    let attached = match &request {
        Some(request) => rules::attach(reader, request, names_transport, &expect, &mut without),
        None => Attached::default(),
    };
    if request.is_some() {
        rules::report_unused(reader, &without, "this step");
    }
    // Which rules hold follows from the request, and its transport from the rules.
    let request = if attached.needs.is_empty() {
        request
    } else {
        request::read(
            reader,
            &layers,
            [needs, attached.needs].concat(),
            parts.span,
        )
    };
    let eventually = parts
        .eventually
        .and_then(|format| read_eventually(format, reader.diagnostics));
    let timeout = parts
        .timeout
        .and_then(|node| read_duration(node, reader.diagnostics));
    let captures = capture::read(reader, parts.capture);
    let title = parts
        .title
        .map_or_else(String::new, |title| plain_title(reader, title));
    Some(Step {
        title,
        request: request?,
        expect,
        rules: attached.rules,
        open_rules: attached.open.into(),
        captures,
        eventually,
        timeout,
        used: parts.used.map(|used| {
            Box::new(SharedUse {
                name: used.value.to_owned(),
                span: used.span,
                // Known where the step was written out.
                values: Vec::new(),
            })
        }),
        span: parts.span,
    })
}

/// A title with the values of the row filled in. Other templates stay as written.
pub(crate) fn plain_title(reader: &mut CaseReader<'_>, title: Text<'_>) -> String {
    let template = reader.template(title.value, title.span);
    let nothing = BTreeMap::new();
    let scope = Scope {
        fixtures: &nothing,
        captures: &nothing,
    };
    template
        .render(scope)
        .unwrap_or_else(|_| template.to_string())
}

fn read_eventually(
    format: &EventuallyFormat<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Eventually> {
    let within = format
        .within
        .and_then(|node| read_duration(node, diagnostics));
    let every = format
        .every
        .and_then(|node| read_duration(node, diagnostics));
    let (within, every) = (within?, every?);
    if every > within {
        let at = format
            .every
            .map_or_else(|| format.node().span, |node| node.span);
        diagnostics.push(
            Diagnostic::error("case/eventually", at, "`every` is longer than `within`")
                .help("the step would never be repeated: lengthen `within` or shorten `every`"),
        );
    }
    Some(Eventually { within, every })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::load::testing::{case, cases, messages};
    use crate::model::CaptureFrom;

    #[test]
    fn captures_are_known_in_later_steps_and_in_finally_only() {
        let steps = |first: &str, second: &str| {
            format!(
                r#"
cases:
  - id: a
    steps:
      - request: {{ GET: "/{first}" }}
        expect: [{{ proves: [DEMO-01], status: 200 }}]
        capture: {{ id: $.id, all: {{ all: "$[*]" }} }}
      - request: {{ GET: "/{second}" }}
        expect: [{{ proves: [DEMO-01], status: 200 }}]
    finally:
      - request: {{ DELETE: "/${{capture.all}}" }}
        expect: [{{ status: <any> }}]
"#
            )
        };
        let read = cases(&steps("", "${capture.id}"));
        let captures = &read[0].steps[0].captures;
        assert_eq!(captures[0].name, "id");
        assert!(matches!(captures[0].from, CaptureFrom::One(_)));
        assert!(matches!(captures[1].from, CaptureFrom::All(_)));
        assert_eq!(read[0].finally.len(), 1);
        let for_cleanup = captures.iter().map(|capture| capture.is_for_cleanup);
        assert_eq!(for_cleanup.collect::<Vec<_>>(), [false, true]);
        let message = "unknown capture `id`";
        assert_eq!(messages(&steps("${capture.id}", "")), [message]);
    }

    #[test]
    fn eventually_has_a_window_and_a_pause() {
        let case = case("    request: { GET: / }\n    eventually: { within: 2m, every: 200ms }");
        let eventually = case.steps[0].eventually.unwrap();
        assert_eq!(eventually.within, Duration::from_mins(2));
        assert_eq!(eventually.every, Duration::from_millis(200));
    }
}
