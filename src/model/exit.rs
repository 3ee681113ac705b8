//! Exit codes. Other programs rely on them: changing one is a breaking change.

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
#[non_exhaustive]
pub enum ExitCode {
    /// Every required requirement is upheld or declared not applicable, or violated only where a waiver lets it.
    Conforms = 0,
    /// The contract is violated (with `--strict`: or a recommendation is).
    Violated = 1,
    /// Usage, or an invalid file of ours: found before the first request.
    Invalid = 2,
    /// A waiver is stale, expired or matches nothing.
    StaleWaiver = 3,
    /// Nothing failed, but a required requirement is unproven, or nothing was selected.
    Incomplete = 4,
    /// The target could not be judged.
    Error = 5,
    /// Our own defect, a report that could not be written included.
    Defect = 70,
    /// Interrupted; what was done is reported.
    Interrupted = 130,
}

impl ExitCode {
    /// From strongest to weakest: when several hold, the first of these is the exit code.
    pub const BY_STRENGTH: [ExitCode; 8] = [
        ExitCode::Invalid,
        ExitCode::Defect,
        ExitCode::Interrupted,
        ExitCode::Violated,
        ExitCode::Error,
        ExitCode::StaleWaiver,
        ExitCode::Incomplete,
        ExitCode::Conforms,
    ];

    /// The number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The strongest of several; `Conforms` when there is none.
    pub fn strongest(codes: impl IntoIterator<Item = ExitCode>) -> ExitCode {
        let rank = |code: &ExitCode| {
            ExitCode::BY_STRENGTH
                .iter()
                .position(|other| other == code)
                .unwrap_or(usize::MAX)
        };
        codes
            .into_iter()
            .min_by_key(rank)
            .unwrap_or(ExitCode::Conforms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_violation_is_stronger_than_an_error_and_an_error_than_a_gap() {
        let codes = [ExitCode::Incomplete, ExitCode::Error, ExitCode::Violated];
        assert_eq!(ExitCode::strongest(codes), ExitCode::Violated);
        assert_eq!(ExitCode::strongest(codes[..2].to_vec()), ExitCode::Error);
        assert_eq!(ExitCode::strongest([]), ExitCode::Conforms);
    }
}
