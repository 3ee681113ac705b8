//! The CI workflow of a new suite.

use std::fmt::Write as _;

/// Its path in the suite.
pub(super) const PATH: &str = ".github/workflows/contract.yml";

const TEMPLATE: &str = include_str!("contract.yml");

/// What a workflow says about its suite.
#[derive(Clone, Copy, Debug)]
pub(super) struct Workflow<'w> {
    /// What has to be done before the run.
    pub(super) start: &'w str,
    /// The command that runs the suite.
    pub(super) run: &'w str,
    /// The variables of the environment that the target needs.
    pub(super) variables: &'w [String],
}

impl Workflow<'_> {
    /// The text of the file.
    pub(super) fn text(self) -> String {
        let mut env = String::new();
        for (number, name) in self.variables.iter().enumerate() {
            if number == 0 {
                env.push_str("    env:   # add these secrets to the repository\n");
            }
            // Writing to a text cannot fail.
            let _ = writeln!(env, "      {name}: ${{{{ secrets.{name} }}}}");
        }
        TEMPLATE
            .replace("@env@", &env)
            .replace("@start@", self.start)
            .replace("@run@", self.run)
    }
}
