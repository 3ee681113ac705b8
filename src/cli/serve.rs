//! `probity serve`: the reference deployment alone.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use crate::model::ExitCode;
use crate::reference::{Deployment, Fault, Login, Settings, Variant, catalogue};
use crate::text::nearest::nearest;

use crate::cli::arguments::ServeOptions;
use crate::cli::output::Terminal;
use crate::cli::signals::Signals;

/// Serves until it is told to end.
pub(crate) fn serve(options: &ServeOptions, terminal: &Terminal) -> ExitCode {
    if options.list {
        terminal.print(|out| out.write_all(catalogue().as_bytes()));
        return ExitCode::Conforms;
    }
    let faults = names::<Fault>(
        &options.fault,
        "fault",
        &Fault::all().map(Fault::name),
        terminal,
    );
    let variants = names::<Variant>(
        &options.variant,
        "variant",
        &Variant::all().map(Variant::name),
        terminal,
    );
    let logins = names::<Login>(
        &options.login,
        "behaviour of the token endpoint",
        &Login::ALL.iter().map(|login| login.name()),
        terminal,
    );
    let (Some(faults), Some(variants), Some(logins)) = (faults, variants, logins) else {
        return ExitCode::Invalid;
    };
    let runtime = match crate::cli::run::runtime() {
        Ok(runtime) => runtime,
        Err(error) => {
            terminal.complain(&format!("the runtime cannot be started: {error}"), &[]);
            return ExitCode::Defect;
        }
    };
    runtime.block_on(async {
        let mut signals = match Signals::listen() {
            Ok(signals) => signals,
            Err(error) => {
                terminal.complain(&format!("signals cannot be heard: {error}"), &[]);
                return ExitCode::Defect;
            }
        };
        let address = ([127, 0, 0, 1], options.port).into();
        let settings = Settings {
            faults,
            variants,
            logins,
        };
        let deployment = match Deployment::start(settings, address).await {
            Ok(deployment) => deployment,
            Err(error) => {
                terminal.complain(
                    &format!("port {} on 127.0.0.1 cannot be used: {error}", options.port),
                    &["leave `--port` out to take a free one".into()],
                );
                return ExitCode::Error;
            }
        };
        terminal.print(|out| writeln!(out, "listening on {}", deployment.base_url()));
        signals.asked_to_end().await;
        deployment.stop().await;
        ExitCode::Conforms
    })
}

/// Reads names of faults or variants; unknown ones are told with a suggestion.
fn names<T: FromStr + Ord>(
    written: &[String],
    what: &str,
    known: &(impl Iterator<Item = &'static str> + Clone),
    terminal: &Terminal,
) -> Option<BTreeSet<T>>
where
    T::Err: Display,
{
    let mut read = BTreeSet::new();
    let mut is_complete = true;
    for name in written {
        if let Ok(value) = name.parse() {
            read.insert(value);
        } else {
            is_complete = false;
            let mut help = Vec::new();
            if let Some(near) = nearest(name, known.clone()) {
                help.push(format!("did you mean `{near}`?"));
            }
            help.push(format!("`probity serve --list` names every {what}"));
            terminal.complain(&format!("there is no {what} `{name}`"), &help);
        }
    }
    is_complete.then_some(read)
}
