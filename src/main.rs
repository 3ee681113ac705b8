//! The command line: everything is in [`probity::cli`].

fn main() -> std::process::ExitCode {
    probity::cli::main()
}
