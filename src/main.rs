//! The command line: everything is in [`probity::cli`].

/// A case is thousands of small texts and lists; `docs/performance.md` has what this saves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    probity::cli::main()
}
