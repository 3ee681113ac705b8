//! Serves the cabinet as a target: `cargo run --example web`, and in another terminal
//! `probity run --suite examples/web --target URL`.
//!
//! Arguments: `--port N` for a fixed port, `--fault NAME` to violate one requirement, `--faults` to list them.

mod service;

use std::io;
use std::process::ExitCode;

#[expect(clippy::print_stderr, reason = "a program prints what is wrong")]
#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stdout, reason = "a program prints where it listens")]
async fn serve() -> io::Result<()> {
    let (mut port, mut fault) = (0, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| wrong(&argument));
        match argument.as_str() {
            "--port" => port = value()?.parse().map_err(|_| wrong("--port"))?,
            "--fault" => fault = Some(value()?),
            "--faults" => {
                println!("{}", service::faults::listed());
                return Ok(());
            }
            _ => return Err(wrong(&argument)),
        }
    }
    let address = service::start(port, fault.as_deref()).await?;
    println!("listening on http://{address}");
    tokio::signal::ctrl_c().await
}

fn wrong(argument: &str) -> io::Error {
    let usage = "expected --port N, --fault NAME or --faults";
    io::Error::new(io::ErrorKind::InvalidInput, format!("{argument}: {usage}"))
}
