//! Many runs side by side: requirements in rows, targets (or the runs of a target) in columns.

use std::path::PathBuf;

use crate::model::conformance::Conformance;
use crate::model::contract::Level;
use crate::model::disposition::{Disposition, Dispositions};
use crate::model::exit::ExitCode;

/// The table.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Matrix {
    /// A column for each run: by target, then by time.
    pub columns: Vec<MatrixColumn>,
    /// A row for each requirement of any of them: by contract, then in the order of the reports.
    pub rows: Vec<MatrixRow>,
    /// What is not shown, a sentence each.
    pub notes: Vec<String>,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixColumn {
    /// The heading: the target, with the time, or the file, where a target has several columns.
    pub heading: String,
    /// The target.
    pub target: String,
    /// When the run started: RFC 3339, UTC.
    pub started: String,
    /// The file it was read from.
    pub file: String,
    /// The page of the same run, if there is one beside the file.
    pub page: Option<PathBuf>,
    /// Its exit code.
    pub exit: ExitCode,
    /// What it says about the target as a whole.
    pub conformance: Conformance,
    /// Its requirements by disposition.
    pub requirements: Dispositions,
    /// SHA-256 of its suite.
    pub suite_digest: Option<String>,
    /// What makes it hard to compare with the others, a sentence each: another suite, a selection, an interrupted run.
    pub notes: Vec<String>,
}

/// One requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixRow {
    /// Its id.
    pub id: String,
    /// Its contract.
    pub contract: String,
    /// Its level, in the last column that has it.
    pub level: Level,
    /// Its sentence, in the last column that has it.
    pub sentence: String,
    /// Has it another sentence or level in another column? Then the cells are not about the same.
    pub is_edited: bool,
    /// A cell for each column.
    pub cells: Vec<MatrixCell>,
}

/// What one run says about one requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatrixCell {
    /// The result.
    pub state: CellState,
    /// Why it is not upheld; empty if it is.
    pub cause: String,
}

/// The result in a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CellState {
    /// Violated.
    Violated,
    /// Violated or unproven, and all of it is waived.
    Waived,
    /// Unproven.
    Unproven,
    /// The suite of that run has no such requirement.
    Absent,
    /// The selection of that run left it out.
    NotSelected,
    /// Declared not applicable, or not observable.
    NotApplicable,
    /// Upheld.
    Upheld,
}

impl CellState {
    /// Every state, those that need attention first.
    pub const ALL: [CellState; 7] = [
        CellState::Violated,
        CellState::Waived,
        CellState::Unproven,
        CellState::Absent,
        CellState::NotSelected,
        CellState::NotApplicable,
        CellState::Upheld,
    ];

    /// The words for people.
    pub fn words(self) -> &'static str {
        match self {
            CellState::Violated => Disposition::Violated.words(),
            CellState::Waived => "waived",
            CellState::Unproven => Disposition::Unproven.words(),
            CellState::Absent => "not in the suite",
            CellState::NotSelected => "not selected",
            CellState::NotApplicable => Disposition::NotApplicable.words(),
            CellState::Upheld => Disposition::Upheld.words(),
        }
    }
}

impl MatrixRow {
    /// Do the columns differ? What a selection left out says nothing.
    pub fn differs(&self) -> bool {
        self.is_edited
            || self
                .judged()
                .any(|state| Some(state) != self.judged().next())
    }

    /// The state in all columns that judged it, if they do not differ.
    pub fn common(&self) -> Option<CellState> {
        let first = self.judged().next();
        (!self.differs()).then(|| first.unwrap_or(CellState::NotSelected))
    }

    fn judged(&self) -> impl Iterator<Item = CellState> {
        let states = self.cells.iter().map(|cell| cell.state);
        states.filter(|state| *state != CellState::NotSelected)
    }

    /// The columns with that state.
    pub fn columns_of(&self, state: CellState) -> impl Iterator<Item = usize> {
        let cells = self.cells.iter().enumerate();
        cells
            .filter(move |(_, cell)| cell.state == state)
            .map(|(column, _)| column)
    }
}

impl Matrix {
    /// The rows in which the columns differ.
    pub fn differing(&self) -> impl Iterator<Item = &MatrixRow> {
        self.rows.iter().filter(|row| row.differs())
    }

    /// The rows without a difference.
    pub fn same(&self) -> impl Iterator<Item = &MatrixRow> {
        self.rows.iter().filter(|row| !row.differs())
    }

    /// How many rows are without a difference, by state; states without a row are left out.
    pub fn sums_of_same(&self) -> Vec<(CellState, usize)> {
        let number = |state| {
            let rows = self.rows.iter();
            rows.filter(|row| row.common() == Some(state)).count()
        };
        let sums = CellState::ALL.map(|state| (state, number(state)));
        sums.into_iter().filter(|(_, number)| *number > 0).collect()
    }
}
