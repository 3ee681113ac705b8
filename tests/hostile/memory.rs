//! A process whose memory is watched while it runs.

use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The most memory that a run may take, in KiB: 200 MB, as SECURITY.md says.
pub(crate) const LIMIT_KIB: usize = 200_000_000 >> 10;

/// How often the memory is looked at. The system keeps the peak; only what comes in the last moment is missed.
const EVERY: Duration = Duration::from_millis(5);

/// A run that takes longer is stopped.
const LONGEST: Duration = Duration::from_mins(10);

/// How a process ended.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// The most memory it had, in KiB; 0 where the system does not tell.
    pub(crate) peak_kib: usize,
}

impl Watched {
    pub(crate) fn run(mut command: Command) -> std::io::Result<Watched> {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        let status = format!("/proc/{}/status", child.id());
        let (stdout, stderr) = (gather(child.stdout.take()), gather(child.stderr.take()));
        let mut peak_kib = 0;
        let began = Instant::now();
        let ended = loop {
            peak_kib = peak(&status).unwrap_or(0).max(peak_kib);
            if let Some(ended) = child.try_wait()? {
                break ended;
            }
            // Such a run fails the test anyway, and must not take the machine with it.
            if peak_kib > 4 * LIMIT_KIB || began.elapsed() > LONGEST {
                child.kill()?;
            }
            std::thread::sleep(EVERY);
        };
        let text = |gathering: std::thread::JoinHandle<Vec<u8>>| {
            let bytes = gathering.join().unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        Ok(Watched {
            code: ended.code(),
            stdout: text(stdout),
            stderr: text(stderr),
            peak_kib,
        })
    }
}

fn gather(pipe: Option<impl Read + Send + 'static>) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        bytes
    })
}

fn peak(status: &str) -> Option<usize> {
    let text = std::fs::read_to_string(status).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}
