//! The suite that is measured: each case checks a status, a header, a schema and a small pattern.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

/// How cases are spread over files.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// A hundred cases in a file.
    Hundreds,
    /// Each case in a file of its own.
    Single,
}

impl Layout {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Layout::Hundreds => "in files of 100",
            Layout::Single => "each in a file of its own",
        }
    }

    fn cases_in_a_file(self) -> usize {
        match self {
            Layout::Hundreds => 100,
            Layout::Single => 1,
        }
    }
}

/// A directory that goes away with its owner.
pub(crate) struct TemporaryDirectory(PathBuf);

impl TemporaryDirectory {
    /// A directory with a suite of `count` cases in it.
    pub(crate) fn with_suite(count: usize, layout: Layout) -> TemporaryDirectory {
        let directory = TemporaryDirectory::named(&format!("{count}-{layout:?}"));
        write_suite(directory.path(), count, layout);
        directory
    }

    /// A directory without anything in it.
    pub(crate) fn named(name: &str) -> TemporaryDirectory {
        let name = format!("probity-bench-{}-{name}", std::process::id());
        let directory = std::env::temp_dir().join(name);
        fs::create_dir_all(&directory).unwrap();
        TemporaryDirectory(directory)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDirectory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The path of a request below the base URL.
pub(crate) fn path(number: usize) -> String {
    format!("/things/{number}?view=full")
}

/// What a body must look like.
pub(crate) fn schema() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["id", "name", "state", "owner"],
        "properties": {
            "id": { "type": "integer", "minimum": 1 },
            "name": { "type": "string", "minLength": 1 },
            "state": { "enum": ["active", "inactive"] },
            "tags": { "type": "array", "items": { "type": "string" }, "uniqueItems": true },
            "owner": { "$ref": "#/$defs/owner" },
            "size": { "type": "object", "additionalProperties": { "type": "number" } },
        },
        "$defs": {
            "owner": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": { "type": "string", "format": "uuid" },
                    "since": { "type": "string", "format": "date-time" },
                },
            },
        },
    })
}

fn write_suite(directory: &Path, count: usize, layout: Layout) {
    let cases = directory.join("cases/things");
    let schemas = directory.join("schemas/things");
    fs::create_dir_all(&cases).unwrap();
    fs::create_dir_all(&schemas).unwrap();
    fs::write(schemas.join("thing.schema.json"), schema().to_string()).unwrap();
    fs::write(cases.join("contract.yaml"), CONTRACT).unwrap();
    let numbers: Vec<usize> = (0..count).collect();
    for (file, numbers) in numbers.chunks(layout.cases_in_a_file()).enumerate() {
        let mut text = CASES_HEAD.to_owned();
        for number in numbers {
            push_case(&mut text, *number);
        }
        fs::write(cases.join(format!("part-{file:05}.yaml")), text).unwrap();
    }
}

pub(crate) const CONTRACT: &str = "\
contract: things
title: things of one kind
service: things
services:
  things: {}
requirements:
  - { id: THINGS-01, level: MUST, sentence: A thing is served as JSON., source: bench }
  - { id: THINGS-02, level: MUST, sentence: A thing has the documented form., source: bench }
  - { id: THINGS-03, level: SHOULD, sentence: A thing is active., source: bench }
";

const CASES_HEAD: &str = "\
contract: things
title: GET /things/{id}
request:
  headers: { Accept: application/json }
cases:
";

fn push_case(text: &mut String, number: usize) {
    let path = path(number);
    write!(
        text,
        "  - id: thing-{number}
    title: thing {number} is served whole
    request:
      GET: {path}
    expect:
      - proves: [THINGS-01]
        status: 200
        headers: {{ Content-Type: <media-type application/json> }}
      - proves: [THINGS-02]
        schema: things/thing.schema.json
      - proves: [THINGS-03]
        json: {{ id: <integer>, name: <non-empty>, state: active, owner: {{ id: <uuid> }} }}
"
    )
    .unwrap();
}
