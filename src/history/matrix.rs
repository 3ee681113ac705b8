//! Reports become a matrix, one report at a time: of each, only what is in its column is kept.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use crate::model::conformance::Conformance;
use crate::model::matrix::{CellState, Matrix, MatrixCell, MatrixColumn, MatrixRow};
use crate::model::{Cause, Disposition, Dispositions, Level, Report, RequirementReport};
use crate::text::excerpt::short_text;

/// Columns that are shown: the last ones.
pub const MOST_COLUMNS: usize = 100;

/// The longest cause in a cell, in bytes.
const LONGEST_CAUSE: usize = 240;

/// The length of a time to the second: `2026-01-01T00:00:00`.
const SECOND: usize = 19;

/// What a column is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatrixBy {
    /// The last run of each target.
    Target,
    /// Each run.
    Run,
}

/// A matrix to which reports are added.
#[derive(Debug)]
pub struct MatrixBuilder {
    by: MatrixBy,
    rows: Vec<RowKey>,
    known: HashMap<(String, String), usize>,
    sheets: Vec<Sheet>,
    /// Earlier runs of the same target, by target.
    left_out: BTreeMap<String, usize>,
}

/// A requirement, and each form of it that was seen.
#[derive(Debug)]
struct RowKey {
    contract: String,
    id: String,
    forms: Vec<(Level, String)>,
}

/// One run, as far as it is in the matrix.
#[derive(Debug)]
struct Sheet {
    column: MatrixColumn,
    /// By row: the form of the requirement, and the cell.
    cells: HashMap<usize, (usize, MatrixCell)>,
}

impl MatrixBuilder {
    /// A matrix without columns.
    pub fn new(by: MatrixBy) -> MatrixBuilder {
        MatrixBuilder {
            by,
            rows: Vec::new(),
            known: HashMap::new(),
            sheets: Vec::new(),
            left_out: BTreeMap::new(),
        }
    }

    /// Adds the report in that file. `page` is its page for people.
    pub fn add(&mut self, report: &Report, file: String, page: Option<PathBuf>) {
        let target = report.target.name.to_string();
        let when = (report.started.as_str(), file.as_str());
        if self.by == MatrixBy::Target {
            let known = self
                .sheets
                .iter()
                .position(|sheet| sheet.column.target == target);
            if let Some(known) = known {
                *self.left_out.entry(target).or_default() += 1;
                let column = &self.sheets[known].column;
                if (column.started.as_str(), column.file.as_str()) >= when {
                    return;
                }
                self.sheets.remove(known);
            }
        } else if self.sheets.len() >= MOST_COLUMNS {
            let time = |sheet: &Sheet| (sheet.column.started.clone(), sheet.column.file.clone());
            let earliest = self.sheets.iter().map(time).enumerate();
            let earliest = earliest.min_by(|one, other| one.1.cmp(&other.1));
            let Some((index, earliest)) = earliest else {
                return;
            };
            *self.left_out.entry(String::new()).or_default() += 1;
            if (earliest.0.as_str(), earliest.1.as_str()) >= when {
                return;
            }
            self.sheets.remove(index);
        }
        let sheet = self.sheet(report, file, page);
        self.sheets.push(sheet);
    }

    fn sheet(&mut self, report: &Report, file: String, page: Option<PathBuf>) -> Sheet {
        let (conformance, _) = Conformance::of(report);
        let waived = report.waived_requirements();
        let causes = Causes::of(report);
        let mut requirements = Dispositions::default();
        let mut cells = HashMap::new();
        for one in &report.requirements {
            requirements.count(one.disposition);
            let state = state(report, one, waived.contains(one.id.as_str()));
            let cell = MatrixCell {
                state,
                cause: short_text(&causes.of_cell(report, one, state), LONGEST_CAUSE),
            };
            cells.insert(self.row(one), cell);
        }
        let cells = cells
            .into_iter()
            .map(|((row, form), cell)| (row, (form, cell)));
        Sheet {
            column: MatrixColumn {
                heading: report.target.name.to_string(),
                target: report.target.name.to_string(),
                started: report.started.clone(),
                file,
                page,
                exit: report.exit,
                conformance,
                requirements,
                suite_digest: report.suite_digest.clone(),
                notes: notes(report),
            },
            cells: cells.collect(),
        }
    }

    /// The row of a requirement, and the form that it has there.
    fn row(&mut self, one: &RequirementReport) -> (usize, usize) {
        let key = (one.contract.clone(), one.id.clone());
        let next = self.rows.len();
        let row = *self.known.entry(key).or_insert(next);
        if row == next {
            self.rows.push(RowKey {
                contract: one.contract.clone(),
                id: one.id.clone(),
                forms: Vec::new(),
            });
        }
        let forms = &mut self.rows[row].forms;
        let is_it = |form: &(Level, String)| form.0 == one.level && form.1 == one.sentence;
        let form = forms.iter().position(is_it).unwrap_or_else(|| {
            forms.push((one.level, one.sentence.clone()));
            forms.len() - 1
        });
        (row, form)
    }

    /// The matrix of all that was added.
    pub fn matrix(mut self) -> Matrix {
        if self.by == MatrixBy::Target {
            // As many targets as there are: the last ones by name are not shown.
            self.sheets
                .sort_by(|one, other| one.column.target.cmp(&other.column.target));
        } else {
            let time = |sheet: &Sheet| {
                let column = &sheet.column;
                (
                    column.target.clone(),
                    column.started.clone(),
                    column.file.clone(),
                )
            };
            self.sheets.sort_by_cached_key(time);
        }
        let mut notes = Vec::new();
        for (target, number) in &self.left_out {
            let runs = if *number == 1 { "run" } else { "runs" };
            notes.push(match target.as_str() {
                "" => format!("{number} earlier {runs} not shown"),
                target => format!("{number} earlier {runs} of {target} not shown"),
            });
        }
        let more = self.sheets.len().saturating_sub(MOST_COLUMNS);
        if more > 0 {
            self.sheets.truncate(MOST_COLUMNS);
            notes.push(format!("{more} more targets not shown"));
        }
        self.mark_other_suites();
        let mut rows = Vec::new();
        for (index, key) in self.rows.iter().enumerate() {
            let seen = self
                .sheets
                .iter()
                .filter_map(|sheet| sheet.cells.get(&index));
            let forms: Vec<usize> = seen.map(|(form, _)| *form).collect();
            let Some((level, sentence)) = forms.last().and_then(|form| key.forms.get(*form)) else {
                continue;
            };
            let cells = self.sheets.iter().map(|sheet| {
                let cell = sheet.cells.get(&index).map(|(_, cell)| cell.clone());
                cell.unwrap_or(MatrixCell {
                    state: CellState::Absent,
                    cause: String::new(),
                })
            });
            rows.push(MatrixRow {
                id: key.id.clone(),
                contract: key.contract.clone(),
                level: *level,
                sentence: sentence.clone(),
                is_edited: forms.iter().any(|form| Some(form) != forms.first()),
                cells: cells.collect(),
            });
        }
        rows.sort_by(|one, other| one.contract.cmp(&other.contract));
        let mut columns: Vec<MatrixColumn> =
            self.sheets.into_iter().map(|sheet| sheet.column).collect();
        if self.by == MatrixBy::Run {
            name_runs(&mut columns);
        }
        Matrix {
            columns,
            rows,
            notes,
        }
    }

    /// Notes in each column whose suite is not that of most columns.
    fn mark_other_suites(&mut self) {
        let mut number: BTreeMap<Option<&str>, usize> = BTreeMap::new();
        for sheet in &self.sheets {
            *number
                .entry(sheet.column.suite_digest.as_deref())
                .or_default() += 1;
        }
        let most = number.values().max().copied();
        let mut sheets = self.sheets.iter();
        let usual = sheets.find_map(|sheet| {
            let digest = sheet.column.suite_digest.clone();
            (number.get(&digest.as_deref()).copied() == most).then_some(digest)
        });
        let Some(usual) = usual else {
            return;
        };
        let short = |digest: &Option<String>| {
            let digest = digest
                .as_deref()
                .map(|digest| digest.chars().take(12).collect());
            digest.unwrap_or_else(|| "unknown".to_owned())
        };
        for sheet in &mut self.sheets {
            let own = &sheet.column.suite_digest;
            if *own != usual {
                let (own, usual) = (short(own), short(&usual));
                let note = format!("another suite: digest {own}, not {usual}");
                sheet.column.notes.insert(0, note);
            }
        }
    }
}

/// What makes a run hard to compare with others.
fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if report.interrupted {
        notes.push("the run was interrupted".to_owned());
    }
    if !report.is_of_all_shards() {
        notes.push("not all shards of the run".to_owned());
    }
    if !report.selection.is_empty() {
        let selection = short_text(&report.selection.join(", "), LONGEST_CAUSE);
        notes.push(format!("only selected cases: {selection}"));
    }
    if report.recording.is_some() {
        notes.push("judged from a recording".to_owned());
    }
    if report.target.insecure {
        notes.push(crate::model::TargetReport::INSECURE.to_owned());
    }
    notes
}

fn state(report: &Report, one: &RequirementReport, is_waived: bool) -> CellState {
    let is_left_out = !one.required && !report.selection.is_empty() && one.cases.is_empty();
    match one.disposition {
        Disposition::Upheld => CellState::Upheld,
        Disposition::NotApplicable => CellState::NotApplicable,
        _ if is_waived => CellState::Waived,
        Disposition::Violated => CellState::Violated,
        Disposition::Unproven if is_left_out => CellState::NotSelected,
        Disposition::Unproven => CellState::Unproven,
    }
}

/// Why requirements are not upheld, by id.
struct Causes<'r> {
    violated: HashMap<String, Cow<'r, str>>,
}

impl<'r> Causes<'r> {
    fn of(report: &'r Report) -> Causes<'r> {
        let mut causes = Causes {
            violated: HashMap::new(),
        };
        report.causes.iter().for_each(|cause| causes.add(cause));
        // What follows from another cause, and what is waived, is only in the findings.
        for case in report.cases.notable() {
            for finding in &case.findings {
                for id in &finding.requirements {
                    let message = || Cow::Owned(finding.message.to_string());
                    causes.violated.entry(id.clone()).or_insert_with(message);
                }
            }
        }
        causes
    }

    fn add(&mut self, cause: &'r Cause) {
        for id in &cause.requirements {
            let message = Cow::Borrowed(cause.message.as_str());
            self.violated.entry(id.clone()).or_insert(message);
        }
        cause.also.iter().for_each(|cause| self.add(cause));
    }

    fn of_cell(&self, report: &Report, one: &RequirementReport, state: CellState) -> String {
        let found = || {
            let found = self.violated.get(one.id.as_str());
            found.map_or_else(String::new, |found| found.clone().into_owned())
        };
        match state {
            CellState::Upheld | CellState::Absent | CellState::NotSelected => String::new(),
            CellState::Violated => found(),
            CellState::Waived => {
                let mut cases = report.cases.notable();
                let waiver = cases.find_map(|case| {
                    let is_own = one.cases.contains(&case.id);
                    report.waiver_of(&case).filter(|_| is_own)
                });
                match waiver {
                    Some(waiver) => format!("until {}: {}", waiver.expires, waiver.reason),
                    None => found(),
                }
            }
            CellState::Unproven | CellState::NotApplicable => one.reason.to_string(),
        }
    }
}
/// Headings of runs: the target with the time, or with the file where several started in the same second.
fn name_runs(columns: &mut [MatrixColumn]) {
    let second = |column: &MatrixColumn| {
        let started: String = column.started.chars().take(SECOND).collect();
        (column.target.clone(), started)
    };
    let mut known: HashMap<(String, String), usize> = HashMap::new();
    for column in &*columns {
        *known.entry(second(column)).or_default() += 1;
    }
    for column in columns {
        let is_alone = known.get(&second(column)) == Some(&1);
        let what = if is_alone {
            &column.started
        } else {
            &column.file
        };
        column.heading = format!("{} {what}", column.target);
    }
}
