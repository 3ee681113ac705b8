//! Runs the contract of the cabinet as tests of its crate: one test per case.

mod service;

fn main() -> std::process::ExitCode {
    probity::Harness::new("examples/web")
        .serve(async || Ok(format!("http://{}", service::start(0, None).await?)))
        .main()
}
