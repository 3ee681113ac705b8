//! The baseline as a file: JSON Lines, sorted, one line for each key, so that a diff reads as the decision.
//!
//! ```text
//! {"baseline":"probity-baseline/1","target":"staging","suite":"embedded", ...}
//! {"contract":"presence","digest":"0f1e2d3c4b5a6978"}
//! {"case":"presence/users-batch/two-users","verdict":"pass","digest":"..."}
//! {"requirement":"PRESENCE-01","disposition":"upheld", ...}
//! {"body":"presence/users-batch/two-users","step":1, ... "outline":"[{state:text,xuid:text}]"}
//! {"latency":"presence POST /users/batch","answers":40,"median_ms":1.9,"p95_ms":3.1}
//! ```

use std::io::{self, Write as _};

use crate::json::writer::write_line;
use crate::model::Baseline;

/// Writes a baseline.
///
/// # Errors
///
/// When `out` cannot be written to.
pub fn render(baseline: &Baseline, out: &mut dyn io::Write) -> io::Result<()> {
    let mut out = io::BufWriter::new(out);
    write_line(&baseline.heading, &mut out)?;
    for contract in baseline.contracts.values() {
        write_line(contract, &mut out)?;
    }
    for case in baseline.cases.values() {
        write_line(case, &mut out)?;
    }
    for requirement in baseline.requirements.values() {
        write_line(requirement, &mut out)?;
    }
    for body in baseline.bodies.values() {
        write_line(body, &mut out)?;
    }
    for latency in baseline.latency.values() {
        write_line(latency, &mut out)?;
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::read_baseline;
    use crate::model::Sources;
    use crate::report::sample;

    fn written(baseline: &Baseline) -> String {
        let mut out = Vec::new();
        render(baseline, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn looks() {
        let mut report = sample::warned();
        report.cases[2].steps[0].outline = Some("[{state:text,xuid:text}]".into());
        let baseline = crate::history::baseline_of(&report);
        insta::assert_snapshot!(written(&baseline));
    }

    #[test]
    fn what_is_written_reads_back_as_the_same_baseline() {
        for report in sample::all() {
            if report.cases.is_empty() {
                continue;
            }
            let mut baseline = crate::history::baseline_of(&report);
            let read = read_baseline("b.jsonl", written(&baseline), &mut Sources::default());
            // What only matters while a run is compared is not kept.
            baseline.heading.selection.clear();
            baseline.heading.interrupted = false;
            for case in baseline.cases.values_mut() {
                case.waived = false;
            }
            for one in baseline.requirements.values_mut() {
                one.waived = false;
                one.left_out = false;
            }
            assert_eq!(read, Ok(baseline));
        }
    }
}
