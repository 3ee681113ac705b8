//! `probity export`: describes the service that a suite is about for other tools.

use crate::export::{Exported, openapi};
use crate::json::writer::write_indented;
use crate::load::literal_fixtures;
use crate::model::{ExitCode, Suite};
use crate::text::nearest::nearest;

use crate::cli::arguments::{ExportKind, ExportOpenapiOptions, ExportOptions};
use crate::cli::output::{Terminal, count, write_whole};
use crate::cli::suite;

/// Writes the document.
pub(crate) fn export(options: &ExportOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let ExportKind::Openapi(options) = &options.kind;
    let suite = suite::load_for_run(&options.suite, true, terminal);
    let mut suite = suite.ok_or(ExitCode::Invalid)?;
    // Identities and fixtures are those of `targets/reference.yaml`. Those with variables of the environment are left out.
    let target = suite::load_available_choice(&suite::reference(), &mut suite, terminal);
    let target = target.ok_or(ExitCode::Invalid)?;
    only(&options.contract, &mut suite, terminal)?;
    let file = suite.reference_target;
    let fixtures = file.map(|file| literal_fixtures(&suite.sources, file));
    let fixtures = fixtures.unwrap_or_default();
    let mut secrets = suite::credentials_of(&target);
    let of_targets =
        suite::secrets_of_targets(&options.suite, &mut suite, "the document", terminal);
    secrets.extend(of_targets);
    let server = options.server.as_deref();
    let exported = openapi(&suite, &target, &fixtures, &secrets, server);
    if exported.operations == 0 {
        let message = "the suite has no operation that can be described";
        let help = "an operation is one of a rule (`answers`), or one that a case succeeds on";
        return Err(terminal.refuse(message, &[help.into()]));
    }
    write(options, &exported, terminal)?;
    for one in &exported.left_out {
        terminal.warn(&format!("left out: {one}"));
    }
    Ok(ExitCode::Conforms)
}

/// Keeps only the contracts that are named.
fn only(names: &[String], suite: &mut Suite, terminal: &Terminal) -> Result<(), ExitCode> {
    let known = || {
        suite
            .contracts
            .iter()
            .map(|contract| contract.name.as_str())
    };
    for name in names {
        if !known().any(|one| one == name) {
            let near = nearest(name, known());
            let help = near.map(|near| format!("did you mean `{near}`?"));
            let message = format!("the suite has no contract `{name}`");
            return Err(terminal.refuse(&message, &help.into_iter().collect::<Vec<_>>()));
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let is_kept: Vec<bool> = known()
        .map(|one| names.iter().any(|name| name == one))
        .collect();
    suite.rules.retain(|rule| is_kept[rule.contract]);
    suite.cases.retain(|case| is_kept[case.contract]);
    // Cases and rules have the number of their contract, so a contract keeps its place.
    for (contract, is_kept) in suite.contracts.iter_mut().zip(is_kept) {
        if !is_kept {
            contract.requirements.clear();
            contract.identities.clear();
        }
    }
    Ok(())
}

fn write(
    options: &ExportOpenapiOptions,
    exported: &Exported,
    terminal: &Terminal,
) -> Result<(), ExitCode> {
    let mut bytes = Vec::new();
    let written = write_indented(&exported.document, "  ", &mut bytes);
    let written = written.and_then(|()| match &options.out {
        Some(path) => write_whole(path, &bytes),
        None => terminal.hand_over(&bytes),
    });
    written.map_err(|error| {
        let message = format!("the document could not be written: {error}");
        terminal.fail(ExitCode::Defect, &message, &[])
    })?;
    if let Some(path) = &options.out {
        let operations = count(exported.operations, "operation");
        terminal.print(|out| writeln!(out, "{operations}: {}", path.display()));
    }
    Ok(())
}
