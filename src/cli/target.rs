//! The target of a command: the one that `--target` names, or the reference deployment, started in this process.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::load::TargetChoice;
use crate::model::{ExitCode, Suite, Target};
use crate::reference::{Deployment, Settings, has_service};

use crate::cli::output::Terminal;
use crate::cli::suite;

/// A free port of this machine.
const ANY_PORT: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// The name of the reference deployment in reports.
const REFERENCE: &str = "reference deployment";

/// A runtime for many sockets.
///
/// One worker: sending and judging a case takes microseconds, and handing its parts from thread to thread takes as
/// many again. Only large bodies are judged on threads of their own. They are nested as deep as the main thread's
/// stack allows.
pub(crate) fn runtime(terminal: &Terminal) -> Result<tokio::runtime::Runtime, ExitCode> {
    started(
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_stack_size(8 << 20)
            .enable_all()
            .build(),
        terminal,
    )
}

/// The runtime, or the exit code when the system cannot give one.
pub(crate) fn started(
    runtime: io::Result<tokio::runtime::Runtime>,
    terminal: &Terminal,
) -> Result<tokio::runtime::Runtime, ExitCode> {
    runtime.map_err(|error| {
        let message = format!("the runtime cannot be started: {error}");
        terminal.fail(ExitCode::Defect, &message, &[])
    })
}

/// The target that is named, or the reference deployment, which is started.
pub(crate) async fn start(
    given: Option<&str>,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<(Target, Option<Deployment>), ExitCode> {
    if given == Some(suite::DEMO) {
        return start_demo(suite, terminal).await;
    }
    if let Some(text) = given {
        return Ok((named(text, suite, terminal)?, None));
    }
    let mut services = suite
        .contracts
        .iter()
        .flat_map(|contract| contract.services.keys());
    if let Some(foreign) = services.find(|name| !has_service(name)) {
        let message =
            format!("no target: the built-in reference deployment does not serve `{foreign}`");
        let help = "name the deployment to test: `--target http://127.0.0.1:8080`, or `--target FILE` for a target \
                    file";
        let always =
            "to use it without `--target`: `target: http://127.0.0.1:8080` in probity.yaml";
        return Err(terminal.refuse(&message, &[help.into(), always.into()]));
    }
    let deployment = Deployment::start(Settings::default(), ANY_PORT).await;
    let deployment =
        deployment.map_err(|error| not_started("reference deployment", &error, terminal))?;
    let target = reference(deployment.base_url(), suite, terminal)?;
    Ok((target, Some(deployment)))
}

/// The demo service, which is started.
async fn start_demo(
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<(Target, Option<Deployment>), ExitCode> {
    let deployment = Deployment::start_demo(Settings::default(), ANY_PORT).await;
    let deployment = deployment.map_err(|error| not_started("demo service", &error, terminal))?;
    let choice = TargetChoice::Url {
        base: deployment.base_url(),
        name: suite::DEMO.into(),
    };
    let target = suite::load_choice(&choice, suite, terminal);
    let mut target = target.ok_or(ExitCode::Invalid)?;
    target.given = Some(suite::DEMO.into());
    Ok((target, Some(deployment)))
}

fn not_started(what: &str, error: &io::Error, terminal: &Terminal) -> ExitCode {
    let message = format!("the {what} cannot be started: {error}");
    terminal.fail(ExitCode::Error, &message, &[])
}

/// The target that is named, or the reference deployment without starting it: nothing will be sent.
pub(crate) fn planned(
    given: Option<&str>,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<Target, ExitCode> {
    match given {
        Some(text) => named(text, suite, terminal),
        None => reference("http://127.0.0.1".into(), suite, terminal),
    }
}

/// The target in a file or at a base URL.
pub(crate) fn named(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<Target, ExitCode> {
    let target = suite::load_chosen_target(text, suite, terminal);
    let mut target = target.ok_or(ExitCode::Invalid)?;
    target.given = Some(text.to_owned());
    Ok(target)
}

/// As [`named`], without the identities whose environment variables are not set.
pub(crate) fn available(
    text: &str,
    suite: &mut Suite,
    terminal: &Terminal,
) -> Result<Target, ExitCode> {
    let target = suite::load_available_target(text, suite, terminal);
    let mut target = target.ok_or(ExitCode::Invalid)?;
    target.given = Some(text.to_owned());
    Ok(target)
}

fn reference(base: String, suite: &mut Suite, terminal: &Terminal) -> Result<Target, ExitCode> {
    let name = REFERENCE.into();
    let choice = TargetChoice::Url { base, name };
    suite::load_choice(&choice, suite, terminal).ok_or(ExitCode::Invalid)
}
