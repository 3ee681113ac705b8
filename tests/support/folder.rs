//! A scratch folder, and the binary run in it.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

/// A folder that is deleted when its test ends.
#[derive(Debug)]
pub(crate) struct Folder {
    path: PathBuf,
}

/// The exit code and output of the binary.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("scratch-{}-{number}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Folder { path }
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.path
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file, and the folders above it.
    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A JSON file that was written. If it is the report of a run, readers of Probity take it: they refuse what contradicts
    /// itself.
    #[track_caller]
    pub(crate) fn report(&self, name: &str) -> Value {
        let value: Value = serde_json::from_str(&self.read(name)).unwrap();
        if value["format"] == probity::model::report::FORMAT
            && let Err(error) = probity::persist::load_report(&self.path(name))
        {
            panic!("{error}");
        }
        value
    }

    /// The paths of all files, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        let mut folders = vec![self.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&self.path).unwrap();
                    files.push(name.display().to_string());
                }
            }
        }
        files.sort();
        files
    }

    /// The binary, to be run in this folder with an empty environment.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.program(env!("CARGO_BIN_EXE_probity"));
        command.args(arguments);
        command
    }

    /// A shell in this folder. In its script, `$0` is the binary.
    pub(crate) fn shell(&self, script: &str) -> Command {
        let mut command = self.program("sh");
        command.args(["-c", script, env!("CARGO_BIN_EXE_probity")]);
        command
    }

    /// Another program, to be run as the binary is.
    pub(crate) fn program(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.path)
            .env_clear()
            .stdin(Stdio::null());
        command
    }

    /// Runs the binary to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ended {
        self.command(arguments).output().unwrap().into()
    }

    /// Starts the binary.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        self.command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder that is not deleted is only litter in `target`.
        let _ = std::fs::remove_dir_all(&self.path);
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Ended {
        Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ended {
    /// Asserts the exit code. Shows the output if it is different.
    #[track_caller]
    pub(crate) fn expect_code(self, code: i32) -> Ended {
        assert_eq!(self.code, Some(code), "{self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_said(self, text: &str) -> Ended {
        assert!(self.stdout.contains(text), "no `{text}` in {self}");
        self
    }

    #[track_caller]
    pub(crate) fn expect_complaint(self, text: &str) -> Ended {
        assert!(self.stderr.contains(text), "no `{text}` in {self}");
        self
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stdout, stderr) = (&self.stdout, &self.stderr);
        write!(
            f,
            "exit {:?}\n--- stdout\n{stdout}\n--- stderr\n{stderr}",
            self.code
        )
    }
}

/// Sends a signal to a process.
pub(crate) fn signal(name: &str, process: &Child) {
    let status = Command::new("kill")
        .args([name, &process.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}
