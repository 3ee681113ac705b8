//! A scripted client of the language server.

#![expect(
    clippy::needless_pass_by_value,
    reason = "messages are written as `json!` where they are sent"
)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use serde_json::{Value, json};

use crate::support::folder::Folder;

/// A server, and what it has said.
pub(super) struct Client {
    process: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    root: PathBuf,
    last_id: u64,
    /// The diagnostics of each file, and the version they are about.
    pub(super) published: BTreeMap<String, (Value, Value)>,
    /// Requests and notifications of the server, by method.
    pub(super) received: Vec<(String, Value)>,
    /// All that came.
    pub(super) transcript: String,
}

impl Client {
    /// Starts the server in a folder, without opening it.
    pub(super) fn start(folder: &Folder, environment: &[(&str, &str)]) -> Client {
        let mut command = folder.command(&["lsp", "--stdio"]);
        let mut process = command
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Client {
            input: process.stdin.take(),
            output: BufReader::new(process.stdout.take().unwrap()),
            process,
            root: folder.root().to_owned(),
            last_id: 0,
            published: BTreeMap::new(),
            received: Vec::new(),
            transcript: String::new(),
        }
    }

    /// Starts the server and initializes it.
    pub(super) fn ready(folder: &Folder, capabilities: Value) -> Client {
        let mut client = Client::start(folder, &[]);
        let answer = client.initialize(capabilities);
        assert_eq!(answer["serverInfo"]["name"], "probity");
        client
    }

    pub(super) fn initialize(&mut self, capabilities: Value) -> Value {
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = self.request("initialize", params).unwrap();
        self.notify("initialized", json!({}));
        answer
    }

    pub(super) fn uri(&self, name: &str) -> String {
        uri(&self.root.join(name))
    }

    pub(super) fn send_bytes(&mut self, bytes: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(bytes).unwrap();
        input.flush().unwrap();
    }

    pub(super) fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    pub(super) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({ "jsonrpc": "2.0", "method": method, "params": params }));
    }

    /// The result of a request, or its error.
    pub(super) fn request(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.last_id += 1;
        let id = self.last_id;
        self.send(&json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }));
        self.answer(&json!(id))
    }

    /// Reads until the answer to a request.
    pub(super) fn answer(&mut self, id: &Value) -> Result<Value, Value> {
        loop {
            let message = self.read().expect("the server ended");
            if message.get("method").is_none() && message["id"] == *id {
                return match message.get("error") {
                    Some(error) => Err(error.clone()),
                    None => Ok(message["result"].clone()),
                };
            }
        }
    }

    /// Reads a message, and notes what it says.
    pub(super) fn read(&mut self) -> Option<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.output.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(number) => length = number.parse().unwrap(),
                None => break,
            }
        }
        let mut text = vec![0; length];
        self.output.read_exact(&mut text).unwrap();
        let message: Value = serde_json::from_slice(&text).unwrap();
        self.transcript.push_str(&String::from_utf8(text).unwrap());
        if let Some(method) = message["method"].as_str() {
            let params = message["params"].clone();
            if method == "textDocument/publishDiagnostics" {
                let uri = params["uri"].as_str().unwrap().to_owned();
                let entry = (params["diagnostics"].clone(), params["version"].clone());
                self.published.insert(uri, entry);
            }
            self.received.push((method.to_owned(), params));
        }
        Some(message)
    }

    /// Opens a buffer with this text.
    pub(super) fn open(&mut self, name: &str, text: &str, version: u64) {
        let uri = self.uri(name);
        let document =
            json!({ "uri": uri, "languageId": "yaml", "version": version, "text": text });
        self.notify("textDocument/didOpen", json!({ "textDocument": document }));
    }

    /// Replaces the text of a buffer.
    pub(super) fn change(&mut self, name: &str, text: &str, version: u64) {
        let document = json!({ "uri": self.uri(name), "version": version });
        let changes = json!([{ "text": text }]);
        self.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    pub(super) fn close(&mut self, name: &str) {
        let document = json!({ "uri": self.uri(name) });
        self.notify("textDocument/didClose", json!({ "textDocument": document }));
    }

    /// The diagnostics of all files, once this version of a buffer was looked at.
    pub(super) fn diagnostics_of(&mut self, name: &str, version: u64) -> BTreeMap<String, Value> {
        let uri = self.uri(name);
        let is_it = |client: &Client| {
            let found = client.published.get(&uri);
            found.is_some_and(|(_, of)| *of == json!(version))
        };
        while !is_it(self) {
            self.read().expect("the server ended");
        }
        // What belongs to the same load was sent before the next answer.
        let _ = self.request("probity/none", Value::Null);
        let root = format!("{}/", uri_root(&self.root));
        let published = self.published.iter();
        let some = published.filter(|(_, (list, _))| !list.as_array().unwrap().is_empty());
        some.map(|(uri, (list, _))| (uri.replace(&root, ""), list.clone()))
            .collect()
    }

    /// A request about a place in a file.
    pub(super) fn at(
        &mut self,
        method: &str,
        name: &str,
        (line, character): (usize, usize),
    ) -> Value {
        let params = json!({
            "textDocument": { "uri": self.uri(name) },
            "position": { "line": line, "character": character },
            "context": { "includeDeclaration": true }
        });
        self.request(method, params).unwrap()
    }

    /// Leaves in order, and returns the exit code.
    pub(super) fn leave(mut self) -> Option<i32> {
        assert_eq!(self.request("shutdown", Value::Null), Ok(Value::Null));
        self.notify("exit", Value::Null);
        self.process.wait().unwrap().code()
    }

    /// Closes the input, and returns the exit code.
    pub(super) fn hang_up(mut self) -> Option<i32> {
        self.input = None;
        while self.read().is_some() {}
        self.process.wait().unwrap().code()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn uri_root(path: &Path) -> String {
    format!("file://{}", path.display())
}

pub(super) fn uri(path: &Path) -> String {
    uri_root(path)
}

/// The text without its `^`, and the line and column of it.
pub(super) fn marked(text: &str) -> (String, (usize, usize)) {
    let at = text.find('^').unwrap();
    let before = &text[..at];
    let line = before.matches('\n').count();
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before[start..].encode_utf16().count();
    (text.replacen('^', "", 1), (line, column))
}
