//! `probity man`: the manual pages, made of the texts of the help.

use std::path::Path;

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::cli::arguments::Arguments;
use crate::cli::output::Terminal;
use crate::model::ExitCode;

/// Prints the page of `probity`, or writes the pages of all commands into a directory.
pub(crate) fn man(into: Option<&Path>, terminal: &Terminal) -> ExitCode {
    let command = Arguments::command();
    let Some(directory) = into else {
        let mut page = Vec::new();
        return match Man::new(command).render(&mut page) {
            Ok(()) => {
                terminal.print(|out| out.write_all(&page));
                ExitCode::Conforms
            }
            Err(error) => terminal.fail(
                ExitCode::Defect,
                &format!("cannot write the page: {error}"),
                &[],
            ),
        };
    };
    let written = std::fs::create_dir_all(directory)
        .and_then(|()| clap_mangen::generate_to(command, directory));
    match written {
        Ok(()) => ExitCode::Conforms,
        Err(error) => {
            let message = format!("cannot write the pages to {}: {error}", directory.display());
            terminal.fail(ExitCode::Defect, &message, &[])
        }
    }
}
