//! `probity serve`: the reference deployment alone.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::str::FromStr;

use crate::model::ExitCode;
use crate::reference::{Deployment, Fault, Login, Settings, Variant, catalogue, demo_faults};
use crate::text::nearest::nearest;

use crate::cli::arguments::ServeOptions;
use crate::cli::output::Terminal;
use crate::cli::signals::Signals;
use crate::cli::target;

/// Serves until Ctrl-C or SIGTERM.
pub(crate) fn serve(options: &ServeOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    if options.list && options.demo {
        terminal.print(|out| {
            demo_faults().try_for_each(|fault| {
                let (name, requirement) = (fault.name(), fault.requirement());
                writeln!(out, "fault {name} {requirement} {}", fault.sentence())
            })
        });
        return Ok(ExitCode::Conforms);
    }
    if options.list {
        terminal.print(|out| out.write_all(catalogue().as_bytes()));
        return Ok(ExitCode::Conforms);
    }
    if options.demo {
        return serve_demo(options, terminal);
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
        "login",
        &Login::ALL.iter().map(|login| login.name()),
        terminal,
    );
    let (Some(faults), Some(variants), Some(logins)) = (faults, variants, logins) else {
        return Err(ExitCode::Invalid);
    };
    let settings = Settings {
        faults,
        variants,
        logins,
    };
    until_signal(options.port, terminal, async |address| {
        Deployment::start(settings, address).await
    })
}

/// Serves the demo service until Ctrl-C or SIGTERM.
fn serve_demo(options: &ServeOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let known = demo_faults().map(Fault::name);
    let mut faults = BTreeSet::new();
    for name in &options.fault {
        let Some(fault) = demo_faults().find(|fault| fault.name() == name) else {
            let near = nearest(name, known.clone()).map(|near| format!("did you mean `{near}`?"));
            let names: Vec<&str> = known.clone().collect();
            let help = format!("the demo service has the faults {}", names.join(", "));
            let help: Vec<String> = near.into_iter().chain([help]).collect();
            return Err(terminal.refuse(&format!("unknown fault `{name}`"), &help));
        };
        faults.insert(fault);
    }
    let settings = Settings {
        faults,
        ..Settings::default()
    };
    until_signal(options.port, terminal, async |address| {
        Deployment::start_demo(settings, address).await
    })
}

/// Starts a deployment, and stops it when the process is asked to end.
fn until_signal(
    port: u16,
    terminal: &Terminal,
    start: impl AsyncFnOnce(SocketAddr) -> io::Result<Deployment>,
) -> Result<ExitCode, ExitCode> {
    target::runtime(terminal)?.block_on(async {
        let mut signals = Signals::listen(terminal)?;
        let deployment = start(([127, 0, 0, 1], port).into()).await;
        let deployment = deployment.map_err(|error| {
            let message = format!("port {port} on 127.0.0.1 cannot be used: {error}");
            let help = "omit `--port` to use a free port".into();
            terminal.fail(ExitCode::Error, &message, &[help])
        })?;
        terminal.print(|out| writeln!(out, "listening on {}", deployment.base_url()));
        signals.asked_to_end().await;
        deployment.stop().await;
        Ok(ExitCode::Conforms)
    })
}

/// Reads names of faults, variants or logins. Unknown ones are reported with a suggestion.
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
            if what == "fault" && demo_faults().any(|fault| fault.name() == name) {
                help.push("the demo service has this fault: add `--demo`".to_owned());
            } else if let Some(near) = nearest(name, known.clone()) {
                help.push(format!("did you mean `{near}`?"));
            }
            help.push(format!("`probity serve --list` lists every {what}"));
            terminal.complain(&format!("unknown {what} `{name}`"), &help);
        }
    }
    is_complete.then_some(read)
}
