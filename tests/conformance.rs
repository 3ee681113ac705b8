//! The suites that ship with Probity against the reference deployment: each case is a test by its id.
//!
//! `PROBITY_TARGET=http://127.0.0.1:4040 cargo test --test conformance` aims them at another deployment.

use std::process::ExitCode;

use probity::Harness;
use probity::{ReferenceDeployment, ReferenceSettings};

fn main() -> ExitCode {
    Harness::embedded()
        .named("reference deployment")
        .serve(async || {
            let address = ([127, 0, 0, 1], 0).into();
            let deployment =
                ReferenceDeployment::start(ReferenceSettings::default(), address).await?;
            // It serves until the process ends.
            Ok(Box::leak(Box::new(deployment)).base_url())
        })
        .main()
}
