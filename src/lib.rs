//! Probity is a conformance test runner for HTTP APIs: YAML files describe requests and the responses that a contract
//! requires, and `probity run` checks any deployment against them, a mock or the real service.
//!
//! Most people use it as a program, `probity run`. As a library it has two uses, and neither needs the default features:
//! `probity = { version = "0.1", default-features = false }`.
//!
//! # A suite as tests of a crate
//!
//! [`Harness`] makes every case of a suite a test of its own, with the case's id as its name, under `cargo test` and
//! `cargo nextest`:
//!
//! ```no_run
//! // tests/contract.rs, with `harness = false` in Cargo.toml
//! fn main() -> std::process::ExitCode {
//!     probity::Harness::new(concat!(env!("CARGO_MANIFEST_DIR"), "/contract"))
//!         .serve(async || Ok(format!("http://{}", my_service::start().await?)))
//!         .main()
//! }
//! # mod my_service { pub async fn start() -> std::io::Result<String> { Ok(String::new()) } }
//! ```
//!
//! # A run, and its report as data
//!
//! [`Run`] loads a suite and a target, runs the cases, and returns a [`Report`]. [`render`] writes a report in one of
//! several formats.
//!
//! ```
//! use probity::{ExitCode, Run, Verdict};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
//! # #[cfg(feature = "reference")] {
//! # use probity::{ReferenceDeployment, ReferenceSettings};
//! # let address = ([127, 0, 0, 1], 0).into();
//! # let deployment = ReferenceDeployment::start(ReferenceSettings::default(), address).await?;
//! # let url = deployment.base_url();
//! // The suites that ship with Probity; `Run::new` takes a directory.
//! let report = Run::embedded(url).only("presence").run().await?;
//!
//! assert_eq!(report.exit, ExitCode::Conforms);
//! let failed = report.cases.iter().filter(|case| case.verdict == Verdict::Fail);
//! assert_eq!(failed.count(), 0);
//!
//! let mut xml = Vec::new();
//! probity::render(&report, "junit", &mut xml)?;
//! # assert!(xml.starts_with(b"<?xml"));
//! # }
//! # Ok::<(), Box<dyn std::error::Error>>(()) }).unwrap();
//! ```
//!
//! # Features
//!
//! | feature | default | adds |
//! | --- | --- | --- |
//! | `cli` | yes | the binary, and what only it does: the HTML report, comparisons, HAR files, `prove` |
//! | `reference` | yes | [`ReferenceDeployment`]: a server that conforms to the contracts of the shipped suites |
//!
//! # Stability
//!
//! What this page lists is the public interface, and follows semantic versioning: before 1.0 a minor version may change
//! it, a patch version does not. Structs and enums that can grow are `#[non_exhaustive]`. The exit codes, the format of
//! case and target files, and the fields of the JSON report are versioned too. The feature `__internals` and what it
//! makes visible are for the tests of this package, and may change at any time.

#![cfg_attr(
    not(feature = "cli"),
    allow(
        dead_code,
        unused_imports,
        unreachable_pub,
        reason = "without the command line some of what it uses is used by nobody"
    )
)]

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod auth;
#[cfg(not(feature = "__internals"))]
mod auth;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod engine;
#[cfg(not(feature = "__internals"))]
mod engine;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod execute;
#[cfg(not(feature = "__internals"))]
mod execute;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod export;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod fuzz;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod generate;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod harness;
#[cfg(not(feature = "__internals"))]
mod harness;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod history;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod import;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod json;
#[cfg(not(feature = "__internals"))]
mod json;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod judge;
#[cfg(not(feature = "__internals"))]
mod judge;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod load;
#[cfg(not(feature = "__internals"))]
mod load;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod lsp;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod model;
#[cfg(not(feature = "__internals"))]
mod model;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod persist;
#[cfg(not(feature = "__internals"))]
mod persist;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod plan;
#[cfg(not(feature = "__internals"))]
mod plan;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod prove;

#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod proxy;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod recording;
#[cfg(not(feature = "__internals"))]
mod recording;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod redact;
#[cfg(not(feature = "__internals"))]
mod redact;

#[cfg(all(feature = "reference", feature = "__internals"))]
#[doc(hidden)]
pub mod reference;
#[cfg(all(feature = "reference", not(feature = "__internals")))]
mod reference;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod report;
#[cfg(not(feature = "__internals"))]
mod report;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod text;
#[cfg(not(feature = "__internals"))]
mod text;

#[cfg(feature = "__internals")]
#[doc(hidden)]
pub mod xml;
#[cfg(not(feature = "__internals"))]
mod xml;

pub use harness::{Harness, Run, RunError, TARGET_VARIABLE, render};
pub use model::report::{
    BodyReport, ContractReport, ExchangeReport, NoAnswerReport, RequirementReport, ResponseReport,
    StepReport, Summary, TargetReport,
};
pub use model::{
    CaseReport, Disposition, Dispositions, ExitCode, Finding, FindingKind, Level, Report, Verdict,
};
pub use redact::Redacted;
#[cfg(feature = "reference")]
pub use reference::{Deployment as ReferenceDeployment, Settings as ReferenceSettings};
