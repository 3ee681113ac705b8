//! What a comparison says, in sections that every format lays out in its own way: worst first.

use crate::model::{
    CaseChange, CaseClass, CauseChange, Comparison, Disposition, Drift, LatencyShift,
    RequirementChange, Verdict, in_words,
};
use crate::report::page::{Tone, count, duration};

/// Things of one sort.
pub(crate) struct Section {
    /// The heading.
    pub(crate) title: &'static str,
    /// How it is meant.
    pub(crate) tone: Tone,
    /// At least one.
    pub(crate) items: Vec<Item>,
}

/// One thing that changed.
pub(crate) struct Item {
    /// The case or requirement, or the operation.
    pub(crate) name: String,
    /// Is the name the id of a case?
    pub(crate) is_case: bool,
    /// What became of it.
    pub(crate) text: String,
    /// More about it: `+` is there now, `-` was there then, a space says something about it.
    pub(crate) lines: Vec<(char, String)>,
}

/// `the run of 2026-01-01 00:00:00 UTC against staging`.
pub(crate) fn earlier(comparison: &Comparison) -> String {
    let old = &comparison.old;
    format!("the run of {} against {}", moment(&old.started), old.target)
}

/// `2026-01-01 00:00:00 UTC`, or the text as it is.
pub(crate) fn moment(started: &str) -> String {
    match started.split_once('T') {
        Some((day, time)) if time.ends_with('Z') => {
            let time = time.trim_end_matches('Z');
            let time = time.split('.').next().unwrap_or(time);
            format!("{day} {time} UTC")
        }
        _ => started.to_owned(),
    }
}

/// `1 regression, 2 fixed, 3 still failing`; or that nothing changed.
pub(crate) fn summary(comparison: &Comparison) -> String {
    let cases = CaseClass::ALL
        .into_iter()
        .map(|class| (comparison.count(class), plural(class)));
    let requirements = comparison.requirements.iter();
    let worse = requirements.filter(|change| change.is_worse()).count();
    let slower = comparison.latency.iter().filter(|one| one.is_slower());
    let rest = [
        (worse, ["worse requirement", "worse requirements"]),
        (comparison.drift.len(), ["drift", "drifts"]),
        (slower.count(), ["slower operation", "slower operations"]),
    ];
    let parts: Vec<String> = cases
        .chain(rest)
        .filter(|(number, _)| *number > 0)
        .map(|(number, words)| format!("{number} {}", words[usize::from(number > 1)]))
        .collect();
    let parts = parts.join(", ");
    match (comparison.is_unchanged(), parts.as_str()) {
        (_, "") if comparison.common == 0 => "nothing can be compared".to_owned(),
        (_, "") => format!("nothing changed in {}", count(comparison.common, "case")),
        (true, _) => format!(
            "nothing changed in {} ({parts})",
            count(comparison.common, "case")
        ),
        (false, _) => parts,
    }
}

fn plural(class: CaseClass) -> [&'static str; 2] {
    match class {
        CaseClass::Regression => ["regression", "regressions"],
        CaseClass::NewFailure => ["new failure", "new failures"],
        other => [other.words(); 2],
    }
}

/// What the signs before lines mean.
pub(crate) const LEGEND: &str = "+ fails now, - failed before";

/// Whether there is a line with a sign.
pub(crate) fn has_signs(sections: &[Section]) -> bool {
    let items = sections.iter().flat_map(|section| &section.items);
    let mut lines = items.flat_map(|item| &item.lines);
    lines.any(|(sign, _)| *sign != ' ')
}

/// Everything that there is to say, worst first.
pub(crate) fn sections(comparison: &Comparison) -> Vec<Section> {
    let of = |class: CaseClass| comparison.of(class).map(case_item).collect();
    let requirements = |wanted: fn(&RequirementChange) -> bool| {
        let changes = comparison.requirements.iter();
        let changes = changes.filter(|change| wanted(change));
        changes.map(requirement_item).collect()
    };
    let latency = |slower: bool| {
        let shifts = comparison.latency.iter();
        let shifts = shifts.filter(|shift| shift.is_slower() == slower);
        shifts.map(latency_item).collect()
    };
    let section = |title, tone, items: Vec<Item>| Section { title, tone, items };
    let edited = comparison.edited.iter();
    let edited = edited.filter(|id| comparison.change_of(id).is_none());
    let causes = |wanted: fn(&CauseChange) -> bool| {
        let changes = comparison.causes.iter();
        changes
            .filter(|change| wanted(change))
            .map(cause_item)
            .collect()
    };
    let all = [
        section("New causes", Tone::Bad, causes(|change| change.old == 0)),
        section(
            "Causes in more cases",
            Tone::Bad,
            causes(|change| change.old > 0 && change.new > change.old),
        ),
        section("Regressions", Tone::Bad, of(CaseClass::Regression)),
        section(
            "Failing differently",
            Tone::Bad,
            of(CaseClass::FailingDifferently),
        ),
        section("New failures", Tone::Bad, of(CaseClass::NewFailure)),
        section("Lost evidence", Tone::Error, of(CaseClass::LostEvidence)),
        section("Lost coverage", Tone::Warn, of(CaseClass::LostCoverage)),
        section("Vanished", Tone::Warn, of(CaseClass::Vanished)),
        section(
            "Requirements that got worse",
            Tone::Bad,
            requirements(RequirementChange::is_worse),
        ),
        section("Causes gone", Tone::Good, causes(|change| change.new == 0)),
        section(
            "Causes in fewer cases",
            Tone::Good,
            causes(|change| change.new > 0 && change.new < change.old),
        ),
        section("Fixed", Tone::Good, of(CaseClass::Fixed)),
        section("Judged again", Tone::Good, of(CaseClass::Gained)),
        section("New", Tone::Plain, of(CaseClass::New)),
        section(
            "Requirements changed",
            Tone::Plain,
            requirements(|change| !change.is_worse()),
        ),
        section(
            "Drift: still passing, but the response changed",
            Tone::Warn,
            comparison.drift.iter().map(drift_item).collect(),
        ),
        section("Slower", Tone::Warn, latency(true)),
        section("Faster", Tone::Plain, latency(false)),
        section(
            "Still without evidence",
            Tone::Error,
            of(CaseClass::StillWithoutEvidence),
        ),
        section("Still failing", Tone::Warn, of(CaseClass::StillFailing)),
        section(
            "Edited, still passing",
            Tone::Plain,
            edited.map(|id| plain(id, true)).collect(),
        ),
    ];
    all.into_iter()
        .filter(|section| !section.items.is_empty())
        .collect()
}

fn plain(name: &str, is_case: bool) -> Item {
    Item {
        name: name.to_owned(),
        is_case,
        text: String::new(),
        lines: Vec::new(),
    }
}

fn case_item(change: &CaseChange) -> Item {
    let verdict = |side: Option<Verdict>| side.map_or("absent", Verdict::name);
    let mut text = match (change.old, change.new) {
        (old, new) if old == new => verdict(new).to_owned(),
        (old, new) => format!("{} -> {}", verdict(old), verdict(new)),
    };
    if change.waived {
        text.push_str(", waived");
    }
    if change.edited {
        text.push_str(", and the case was edited: the suite may be the cause");
    }
    let mut lines = Vec::new();
    let is_explained = matches!(change.new, Some(Verdict::Error | Verdict::Skip))
        || change.class == CaseClass::StillFailing;
    if is_explained && !change.reason.is_empty() {
        lines.push((' ', change.reason.clone()));
    }
    if !matches!(change.class, CaseClass::StillFailing) {
        lines.extend(change.appeared.iter().map(|line| ('+', in_words(line))));
        lines.extend(change.gone.iter().map(|line| ('-', in_words(line))));
    }
    Item {
        text,
        lines,
        ..plain(&change.id, true)
    }
}

fn cause_item(change: &CauseChange) -> Item {
    let text = match (change.old, change.new) {
        (0, new) => format!("in {}", count(new, "case")),
        (old, 0) => format!("in {} before", count(old, "case")),
        (old, new) => format!("in {}, {old} before", count(new, "case")),
    };
    Item {
        text,
        ..plain(&in_words(&change.cause), false)
    }
}

fn requirement_item(change: &RequirementChange) -> Item {
    let words = |side: Option<Disposition>| side.map_or("absent", Disposition::words);
    let (old, new) = (words(change.old), words(change.new));
    let mut text = format!("{} {old} -> {new}", change.level);
    if change.edited {
        text = format!(
            "edited, so not compared: {old} before, {} {new} now",
            change.level
        );
    }
    if change.waived {
        text.push_str(", waived");
    }
    Item {
        text,
        lines: vec![(' ', change.sentence.clone())],
        ..plain(&change.id, false)
    }
}

fn drift_item(drift: &Drift) -> Item {
    let place = match drift.pointer.as_deref() {
        None => String::new(),
        Some("") => "the whole body: ".to_owned(),
        Some(pointer) => format!("{pointer}: "),
    };
    let what = match (&drift.then, &drift.now) {
        (Some(then), Some(now)) => format!("{then} -> {now}"),
        (None, Some(now)) => format!("appeared ({now})"),
        (Some(then), None) => format!("vanished ({then})"),
        (None, None) => String::new(),
    };
    let seen = match drift.cases.split_first() {
        None => String::new(),
        Some((first, [])) => first.clone(),
        Some((first, more)) => format!("{first} and {}", count(more.len(), "more case")),
    };
    Item {
        text: format!("{place}{what}"),
        lines: vec![(' ', format!("in {seen}"))],
        ..plain(&format!("{} {}", drift.operation, drift.status), false)
    }
}

fn latency_item(shift: &LatencyShift) -> Item {
    let (old, new) = (&shift.old, &shift.new);
    Item {
        text: format!(
            "median {} -> {}, p95 {} -> {} ({} before, {} now)",
            duration(old.median_ms),
            duration(new.median_ms),
            duration(old.p95_ms),
            duration(new.p95_ms),
            count(old.answers, "answer"),
            new.answers
        ),
        ..plain(&shift.operation, false)
    }
}
