//! The command line: parse arguments, call a command, return its exit code.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
