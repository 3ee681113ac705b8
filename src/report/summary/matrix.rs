//! What a matrix says, in words that every format shares.

use crate::model::Disposition;
use crate::model::matrix::{CellState, Matrix, MatrixColumn, MatrixRow};
use crate::report::page::count;
use crate::report::summary::comparison::moment;

/// The longest heading of a column where room is scarce, in cells.
pub(crate) const HEADING: usize = 48;

/// `2 targets, 12 requirements: 1 differs`.
pub(crate) fn title(matrix: &Matrix) -> String {
    let targets: std::collections::BTreeSet<&str> = matrix
        .columns
        .iter()
        .map(|column| column.target.as_str())
        .collect();
    let (runs, targets) = (matrix.columns.len(), targets.len());
    let mut title = count(targets, "target");
    if runs > targets {
        title = format!("{} of {title}", count(runs, "run"));
    }
    let differing = matrix.differing().count();
    let differ = match differing {
        _ if runs < 2 => "nothing to compare with".to_owned(),
        0 => "none differs".to_owned(),
        1 => "1 differs".to_owned(),
        number => format!("{number} differ"),
    };
    let requirements = count(matrix.rows.len(), "requirement");
    format!("{title}, {requirements}: {differ}")
}

/// The heading of a column.
pub(crate) fn heading(column: &MatrixColumn) -> String {
    if has_date(column) {
        format!("{} {}", column.target, moment(&column.started))
    } else {
        column.heading.clone()
    }
}

/// Is its time in its heading?
pub(crate) fn has_date(column: &MatrixColumn) -> bool {
    let rest = column.heading.strip_prefix(&column.target);
    rest.and_then(|rest| rest.strip_prefix(' ')) == Some(&column.started)
}

/// `11 upheld, 1 violated`.
pub(crate) fn sums(column: &MatrixColumn) -> String {
    let sums = &column.requirements;
    let parts = [
        (sums.violated, Disposition::Violated),
        (sums.unproven, Disposition::Unproven),
        (sums.upheld, Disposition::Upheld),
        (sums.not_applicable, Disposition::NotApplicable),
    ];
    let parts = parts.into_iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, one)| format!("{number} {}", one.words()))
        .collect();
    parts.join(", ")
}

/// `11 upheld, 1 violated`; `nothing` if there is no such row.
pub(crate) fn same(matrix: &Matrix) -> String {
    let sums = matrix.sums_of_same().into_iter();
    let sums: Vec<String> = sums
        .map(|(state, number)| format!("{number} {}", state.words()))
        .collect();
    if sums.is_empty() {
        "nothing".into()
    } else {
        sums.join(", ")
    }
}

/// The columns with the same result for the same reason.
pub(crate) type Group<'m> = (CellState, &'m str, Vec<&'m MatrixColumn>);

pub(crate) fn groups<'m>(matrix: &'m Matrix, row: &'m MatrixRow) -> Vec<Group<'m>> {
    let mut groups: Vec<Group<'m>> = Vec::new();
    for state in CellState::ALL {
        for index in row.columns_of(state) {
            let cause = row.cells[index].cause.as_str();
            let column = &matrix.columns[index];
            let is_it = |group: &&mut Group<'_>| (group.0, group.1) == (state, cause);
            match groups.iter_mut().find(is_it) {
                Some((.., columns)) => columns.push(column),
                None => groups.push((state, cause, vec![column])),
            }
        }
    }
    groups
}
