//! The command line: arguments (what was typed), settings (what that means), and one function per command.

mod accept;
mod api_coverage;
mod arguments;
mod check;
mod compare;
mod export;
mod failed_first;
mod fuzz;
mod history;
mod import;
mod init;
mod journal;
mod judge;
mod list;
mod lsp;
mod man;
mod matrix;
mod merge;
mod outlook;
mod output;
mod plan;
mod progress;
mod project;
mod proof_parts;
mod prove;
mod proxy;
mod record;
mod recorded;
mod report;
mod reports;
mod resume;
mod retention;
mod run;
mod schema;
mod serve;
mod settings;
mod shard;
mod signals;
mod statement;
mod suite;
mod sweep;
mod target;
mod targets;
mod traffic;
mod usage;
mod waive;
mod watch;
mod ways;
mod written;

use std::process;

use crate::model::ExitCode;
use clap::CommandFactory as _;

use arguments::{Arguments, Command};
use output::Terminal;

/// Parses the arguments of the process, and runs the command.
pub fn main() -> process::ExitCode {
    let mut arguments = usage::parse();
    let terminal = Terminal::new(arguments.colour);
    if let Command::Run(options) = &mut arguments.command {
        options.settle();
    }
    // A run that watches reads its project file again whenever it changes.
    if !is_watching(&arguments.command)
        && let Err(exit) = project::complete(&mut arguments.command, &terminal)
    {
        return process::ExitCode::from(exit.code());
    }
    let exit = match arguments.command {
        Command::Init(options) => either(init::init(&options, &terminal)),
        Command::Run(options) if options.has_several_targets() => {
            either(targets::run_all(&options, &terminal))
        }
        Command::Run(options) if options.watch => either(watch::watch(&options, &terminal)),
        Command::Import(options) => either(import::import(&options, &terminal)),
        Command::Export(options) => either(export::export(&options, &terminal)),
        Command::Run(options) => either(run::run(&options, &terminal)),
        Command::Sweep(options) => sweep::sweep(&options, &terminal),
        Command::Merge(options) => either(merge::merge(&options, &terminal)),
        Command::Judge(options) => either(judge::judge(&options, &terminal)),
        Command::Record(options) => either(proxy::record(&options, &terminal)),
        Command::Report(options) => report::report(&options, &terminal),
        Command::Waive(options) => waive::waive(&options, &terminal),
        Command::Accept(options) => either(accept::accept(&options, &terminal)),
        Command::Compare(options) => either(compare::compare(&options, &terminal)),
        Command::History(options) => history::history(&options, &terminal),
        Command::Matrix(options) => either(matrix::matrix(&options, &terminal)),
        Command::Statement(options) => either(statement::statement(&options, &terminal)),
        Command::Check(options) => either(check::check(&options, &terminal)),
        Command::List(options) => either(list::list(&options, &terminal)),
        Command::Coverage(options) => either(list::coverage(&options, &terminal)),
        Command::Fuzz(options) => either(fuzz::fuzz(&options, &terminal)),
        Command::Prove(options) => either(prove::prove(&options, &terminal)),
        Command::Serve(options) => either(serve::serve(&options, &terminal)),
        Command::Lsp(_) => lsp::lsp(),
        Command::Schema(options) => schema::schema(&options, &terminal),
        Command::Man { into } => man::man(into.as_deref(), &terminal),
        Command::Completions { shell } => {
            let mut command = Arguments::command();
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut command, "probity", &mut script);
            terminal.print(|out| out.write_all(&script));
            ExitCode::Conforms
        }
    };
    process::ExitCode::from(exit.code())
}

/// Does the command run one target again and again?
fn is_watching(command: &Command) -> bool {
    matches!(command, Command::Run(options) if options.watch && !options.has_several_targets())
}

/// The exit code of a command, whether it ended early or not.
fn either(ended: Result<ExitCode, ExitCode>) -> ExitCode {
    let (Ok(exit) | Err(exit)) = ended;
    exit
}
