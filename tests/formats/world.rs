//! What a test of the binary needs: a folder of its own, a deployment that misbehaves, the binary.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use probity::reference::{Deployment, Fault, Settings};

/// An empty folder below the build directory; the name must be another in each test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Folder {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

/// Exit code, standard output and standard error of the binary, run in the folder.
pub(crate) fn probity(folder: &Folder, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_probity"))
        .current_dir(&folder.0)
        .args(arguments)
        .env("COLUMNS", "100")
        .output()
        .unwrap();
    let text = |octets| String::from_utf8(octets).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

/// The reference deployment with faults, on a port of its own.
pub(crate) struct Faulty {
    /// The base URL.
    pub(crate) url: String,
    _deployment: Deployment,
    _runtime: tokio::runtime::Runtime,
}

impl Faulty {
    pub(crate) fn start(faults: &[&str]) -> Faulty {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let faults: BTreeSet<Fault> = faults.iter().map(|name| name.parse().unwrap()).collect();
        let settings = Settings {
            faults,
            ..Settings::default()
        };
        let address = ([127, 0, 0, 1], 0).into();
        let deployment = runtime
            .block_on(Deployment::start(settings, address))
            .unwrap();
        Faulty {
            url: deployment.base_url(),
            _deployment: deployment,
            _runtime: runtime,
        }
    }
}
