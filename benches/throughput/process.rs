//! What one whole process costs: wall time, processor time, the most memory it had.
//!
//! Linux only, read from `/proc`: the standard library asks the kernel for none of these, and a crate
//! that does is not worth it for a bench.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The unit of processor times in `/proc`: `USER_HZ`, 100 on every Linux that runs Rust.
const TICK: Duration = Duration::from_millis(10);
/// How often memory is looked at. The kernel keeps the peak, so only the last moments can be missed.
const LOOK_EVERY: Duration = Duration::from_millis(4);

/// What a process cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Usage {
    /// From before it was started until it had ended.
    pub(crate) wall: Duration,
    /// User and system time of all its threads, in steps of 10 ms.
    pub(crate) cpu: Duration,
    /// The peak of its resident set, in bytes; 0 when nobody looked.
    pub(crate) peak: u64,
    /// The most of it that was its own, in bytes: the rest is code, of which more or less is mapped at once as the page
    /// cache holds it.
    pub(crate) own: u64,
}

/// Runs a command that must succeed, and watches it.
pub(crate) fn run(command: &mut Command) -> Usage {
    run_to(command, 0)
}

/// Runs a command that must end with this exit code, and watches it.
pub(crate) fn run_to(command: &mut Command, code: i32) -> Usage {
    let before = cpu_of_children();
    let started = Instant::now();
    let mut child = spawn(command);
    let (mut peak, mut own) = (0, 0);
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let (most, now) = memory_of(child.id()).unwrap_or_default();
        (peak, own) = (most.max(peak), now.max(own));
        std::thread::sleep(LOOK_EVERY);
    };
    let wall = started.elapsed();
    assert_eq!(status.code(), Some(code), "{command:?} ended with {status}");
    Usage {
        wall,
        cpu: cpu_of_children().saturating_sub(before),
        peak,
        own,
    }
}

/// Runs a command that is over before there is much to watch: the wall time alone, exactly.
pub(crate) fn run_briefly(command: &mut Command) -> Usage {
    let started = Instant::now();
    let status = spawn(command).wait().unwrap();
    let wall = started.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    Usage {
        wall,
        cpu: Duration::ZERO,
        peak: 0,
        own: 0,
    }
}

fn spawn(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"))
}

/// Processor time of all children that have ended (proc(5): `cutime` and `cstime`).
fn cpu_of_children() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    // The second field, in parentheses, is the only one that can hold spaces.
    let (_, rest) = stat.rsplit_once(')').unwrap();
    let ticks = |field: &str| field.parse::<u32>().unwrap();
    let mut fields = rest.split_whitespace().skip(13);
    TICK * (ticks(fields.next().unwrap()) + ticks(fields.next().unwrap()))
}

/// The peak of the resident set so far, and what is its own of it now; `None` once the memory is gone.
fn memory_of(process: u32) -> Option<(u64, u64)> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let bytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kilobytes: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kilobytes << 10)
    };
    Some((bytes("VmHWM:")?, bytes("RssAnon:")?))
}
