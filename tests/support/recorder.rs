//! `probity record` as a process of its own, and requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout};
use std::time::Duration;

use super::folder::{Ended, Folder, signal};

/// A running proxy; it ends with its test.
#[derive(Debug)]
pub(crate) struct Recorder {
    process: Option<Child>,
    stdout: Option<BufReader<ChildStdout>>,
    /// Where it listens: `127.0.0.1:4711`.
    pub(crate) address: String,
}

impl Recorder {
    /// Starts one in front of a target and waits until it says where it listens.
    pub(crate) fn start(folder: &Folder, target: &str, options: &[&str]) -> Recorder {
        let first = ["record", "--target", target];
        let mut process = folder.start(&[&first[..], options].concat());
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let Some(address) = line.strip_prefix("listening on http://") else {
            let ended = Ended::from(process.wait_with_output().unwrap());
            panic!("no address in {line:?}: {ended}");
        };
        Recorder {
            address: address.trim_end().to_owned(),
            process: Some(process),
            stdout: Some(stdout),
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Sends bytes, and takes what comes until the connection is closed.
    pub(crate) fn send(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream
            .set_read_timeout(Some(Duration::from_mins(1)))
            .unwrap();
        // It may answer and close before it has read everything.
        let _ = stream.write_all(bytes.as_ref());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Sends a request without a body, and takes the answer.
    pub(crate) fn request(&self, line: &str, fields: &str) -> String {
        let length = if line.starts_with("POST") {
            "Content-Length: 0\r\n"
        } else {
            ""
        };
        self.send(format!(
            "{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{length}{fields}\r\n"
        ))
    }

    /// Asks it to end as Ctrl-C does, and waits until it takes no more connections.
    pub(crate) fn ask_to_end(&self) {
        signal("-INT", self.process.as_ref().unwrap());
        while TcpStream::connect(&self.address).is_ok() {
            std::thread::yield_now();
        }
    }

    /// Ends it as Ctrl-C does.
    pub(crate) fn end(mut self) -> Ended {
        let process = self.process.take().unwrap();
        signal("-INT", &process);
        let mut stdout = String::new();
        let reading = self.stdout.take().unwrap().read_to_string(&mut stdout);
        reading.unwrap();
        let mut ended = Ended::from(process.wait_with_output().unwrap());
        ended.stdout = stdout;
        ended
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
