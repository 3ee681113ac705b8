//! The lines of a diff in the order in which they are read: what came, then what was expected in its place.

use crate::model::{Diff, DiffLine, DiffSide};

/// The lines; of each change, what came is first.
pub(crate) fn lines(diff: &Diff) -> Vec<&DiffLine> {
    let mut lines: Vec<&DiffLine> = Vec::with_capacity(diff.lines.len());
    let mut expected: Vec<&DiffLine> = Vec::new();
    let mut is_after_actual = false;
    for line in &diff.lines {
        let is_actual = line.side == DiffSide::Actual;
        if line.side == DiffSide::Expected && !is_after_actual {
            expected.push(line);
            continue;
        }
        if !is_actual {
            lines.append(&mut expected);
        }
        match line.side {
            DiffSide::Expected => expected.push(line),
            _ => lines.push(line),
        }
        is_after_actual = is_actual && !expected.is_empty();
    }
    lines.append(&mut expected);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_is_before_what_was_expected_in_its_place() {
        let order = |sides: &str| {
            let lines = sides.chars().enumerate().map(|(number, side)| DiffLine {
                side: match side {
                    'e' => DiffSide::Expected,
                    'a' => DiffSide::Actual,
                    _ => DiffSide::Same,
                },
                depth: 0,
                text: format!("{side}{number}").as_str().into(),
                marks: Vec::new(),
                note: "".into(),
                pointer: "".into(),
            });
            let diff = Diff {
                lines: lines.collect(),
                left_out: 0,
            };
            let texts: Vec<String> = super::lines(&diff)
                .iter()
                .map(|line| line.text.to_string())
                .collect();
            texts.join(" ")
        };
        assert_eq!(order("sea"), "s0 a2 e1");
        assert_eq!(order("eeas"), "a2 e0 e1 s3");
        assert_eq!(order("eaeas"), "a1 e0 a3 e2 s4");
        assert_eq!(order("se"), "s0 e1");
        assert_eq!(order("esa"), "e0 s1 a2");
        assert_eq!(order("ae"), "a0 e1");
        assert_eq!(order(""), "");
    }
}
