//! Runs the bookshelf contract as tests of its crate: one test per case.

mod service;

fn main() -> std::process::ExitCode {
    probity::Harness::new("examples/bookshelf")
        .serve(async || Ok(format!("http://{}", service::start().await?)))
        .main()
}
