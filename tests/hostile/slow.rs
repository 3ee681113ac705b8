//! Answers that are made to be slow: long texts that repeat themselves, with a secret of the same characters, and deep
//! JSON against recursive schemas. Each is judged, redacted and reported in bounded time and memory.
//!
//! A part of the table, with shorter texts, runs in `cargo test`. All of it, with the figures, on another build:
//!
//! `PROBITY_SLOW=1 PROBITY_SLOW_BINARY=target/release/probity cargo test --test hostile slow -- --nocapture --test-threads 1`

#![expect(clippy::unwrap_used, reason = "a test that cannot continue has failed")]

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use libtest_mimic::{Failed, Trial};
use serde_json::Value;

use crate::answer::{body, with};
use crate::memory::{LIMIT_KIB, Watched};
use crate::random::Random;
use crate::server::Server;
use crate::suite;
use crate::support::folder::Folder;

/// The time for one answer is 2 s; this is what a busy machine or a build without optimization is given.
const PATIENCE: Duration = Duration::from_mins(1);

/// The lengths of a long text, in bytes: in `cargo test`, and when all of the table is asked for.
const SHORT: usize = 96 << 10;
const LONG: usize = 2 << 20;

/// How many bodies are deep.
const FEW_DEEP: usize = 240;
const MANY_DEEP: usize = 5000;

pub(crate) fn trials() -> Vec<Trial> {
    vec![
        Trial::test("slow::texts_that_repeat_the_characters_of_a_secret", texts),
        Trial::test("slow::deep_bodies_against_recursive_schemas", deep_bodies),
    ]
}

/// Is all of the table asked for?
fn is_whole() -> bool {
    std::env::var_os("PROBITY_SLOW").is_some()
}

fn command(folder: &Folder, arguments: &[&str]) -> Command {
    let other = std::env::var_os("PROBITY_SLOW_BINARY");
    let mut command = folder.program(other.unwrap_or(env!("CARGO_BIN_EXE_probity").into()));
    command.args(arguments);
    command
}

/// A text that repeats this unit, as bytes and as it is in a JSON string.
struct Repeated {
    name: String,
    unit: Vec<u8>,
    json: String,
    /// What the secret repeats.
    secret: String,
}

impl Repeated {
    fn new(unit: &str, secret: &str) -> Repeated {
        let json = serde_json::to_string(unit).unwrap();
        Repeated {
            name: unit.escape_debug().to_string(),
            unit: unit.as_bytes().to_vec(),
            json: json[1..json.len() - 1].to_owned(),
            secret: secret.to_owned(),
        }
    }

    fn byte(byte: u8) -> Repeated {
        let character = char::from(byte).to_string();
        // The environment has no NUL.
        let secret = if byte == 0 { "a" } else { &character };
        Repeated {
            name: format!("byte {byte:02x}"),
            unit: vec![byte],
            ..Repeated::new(&character, secret)
        }
    }

    /// In a JSON string this is an escape, whatever it means as text.
    fn escape(unit: &str, secret: &str) -> Repeated {
        Repeated {
            json: unit.to_owned(),
            ..Repeated::new(unit, secret)
        }
    }
}

/// Every byte, and the escapes that repeat a character or look as if they did.
fn table() -> Vec<Repeated> {
    let mut table: Vec<Repeated> = (0..=u8::MAX).map(Repeated::byte).collect();
    let printable = (0x20..0x7f_u8).map(char::from);
    for character in printable {
        let escape = format!("\\{character}");
        table.push(Repeated::new(&escape, &character.to_string()));
        table.push(Repeated::new(&escape, &escape));
    }
    for (unit, secret) in [
        ("\\\\", "\\"),
        ("\\\"", "\""),
        ("\\/", "/"),
        ("\\u005c", "\\"),
        ("\\u0022", "\""),
        ("\\u0061", "a"),
        ("\\ud83d\\ude00", "😀"),
        ("\\u005cu005c", "\\"),
    ] {
        table.push(Repeated::escape(unit, secret));
    }
    for (unit, secret) in [
        ("%25", "%"),
        ("%5C", "\\"),
        ("%5c%5C", "\\"),
        ("%61", "a"),
        ("%2525", "%"),
        ("%255C", "\\"),
        ("%C3%A9", "é"),
        ("&amp;", "&amp;"),
        ("&amp;", "&"),
        ("&amp;amp;", "&"),
        ("&quot;", "\""),
        ("&#38;", "&"),
        ("&#x5c;", "\\"),
        ("~0", "~"),
        ("~1", "/"),
        ("+", " "),
        ("é", "é"),
        ("字", "字"),
        ("😀", "😀"),
        ("a\\", "a\\"),
        ("\\\\\\\\\\\\\\\\x", "\\"),
        ("ab", "ba"),
        ("…", "…"),
        ("x…", "xx"),
    ] {
        table.push(Repeated::new(unit, secret));
    }
    table
}

/// Kinds of checks that look at all of a text.
const CHECKS: &str = "status: 200, json: { ok: true }, headers: { X-A: a }, \
    schema: { type: string, pattern: '^(a|b)+$', maxLength: 3, const: a, enum: [b, c] }, \
    select: [{ path: '$..*', unique: true }, { path: $, each: <uuid> }]";

fn texts() -> Result<(), Failed> {
    let mut table = table();
    let length = if is_whole() {
        LONG
    } else {
        let few = [
            "byte 5c", "byte 22", "byte 61", "byte ff", "\\\\\\\\", "%25", "&amp;", "😀",
        ];
        table.retain(|one| few.contains(&one.name.as_str()));
        SHORT
    };
    let table = Arc::new(table);
    let server = {
        let table = Arc::clone(&table);
        Server::answering(move |asked| {
            let mut parts = asked.path[1..].split('/');
            let index: Option<usize> = parts.next().and_then(|index| index.parse().ok());
            let Some(repeated) = index.and_then(|index| table.get(index)) else {
                return body("{}");
            };
            if parts.next() == Some("json") {
                let text = repeated.json.repeat(length / repeated.json.len());
                return body(format!("\"{text}\""));
            }
            let text = repeated.unit.repeat(length / repeated.unit.len());
            with(200, "Content-Type: text/plain\r\n", text)
        })?
    };
    let mut figures = Figures::default();
    for (index, repeated) in table.iter().enumerate() {
        let cases = [
            suite::case(
                "json",
                &format!("{index}/json"),
                "exact",
                "HOSTILE-01",
                CHECKS,
            ),
            suite::case(
                "text",
                &format!("{index}/text"),
                "exact",
                "HOSTILE-01",
                "status: 200, text: nothing",
            ),
        ];
        for case in cases {
            let folder = Folder::new();
            let id = if case.contains("/json") {
                "json"
            } else {
                "text"
            };
            suite::write(&folder, &[case]);
            folder.write(
                "target.yaml",
                format!(
                    "name: slow\nservices: {{ all: '{0}', other: '{0}' }}\n\
                     fixtures: {{ hostile.one: '${{env.SLOW_8}}', hostile.two: '${{env.SLOW_32}}' }}\n",
                    server.url()
                ),
            );
            let mut command = command(
                &folder,
                &["run", "--suite", "suite", "--target", "target.yaml"],
            );
            command
                .args(["--report", "json=r.json", "--report", "html=r.html"])
                .args(["--report", "junit=r.xml"])
                .env("SLOW_8", repeated.secret.repeat(8))
                .env("SLOW_32", repeated.secret.repeat(32));
            let name = format!("{} of {:?} ({id})", repeated.name, repeated.secret);
            figures.take(&name, command, &[1])?;
        }
    }
    figures.print("texts");
    Ok(())
}

/// Schemas that refer to themselves. `node` is what nests.
const SCHEMAS: &[(&str, &str)] = &[
    (
        "one-of",
        r##"{"oneOf":[
            {"type":"object","required":["kind","next"],"properties":{"kind":{"const":"a"},"next":{"$ref":"#"}}},
            {"type":"object","required":["kind","next"],"properties":{"kind":{"const":"b"},"next":{"$ref":"#"}}},
            {"type":"null"}]}"##,
    ),
    (
        "any-of",
        r##"{"anyOf":[
            {"type":"object","required":["left"],"properties":{"left":{"$ref":"#"},"right":{"$ref":"#"}}},
            {"type":"object","required":["right"],"properties":{"left":{"$ref":"#"},"right":{"$ref":"#"}}},
            {"type":"array","items":{"$ref":"#"}},
            {"type":"integer"}]}"##,
    ),
    (
        "all-of-one-of",
        r##"{"allOf":[
            {"oneOf":[{"type":"object","properties":{"next":{"$ref":"#"}}},{"type":"array","items":{"$ref":"#"}},{"type":"boolean"}]},
            {"oneOf":[{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]},{"type":"array","items":{"$ref":"#"},"minItems":2},{"type":"boolean"}]}]}"##,
    ),
    (
        "ref-to-ref",
        r##"{"$ref":"#/$defs/a","$defs":{
            "a":{"anyOf":[{"$ref":"#/$defs/b"},{"$ref":"#/$defs/c"}]},
            "b":{"type":"object","properties":{"next":{"$ref":"#/$defs/a"},"left":{"$ref":"#/$defs/a"}},"required":["kind"]},
            "c":{"type":"object","properties":{"next":{"$ref":"#/$defs/b"},"left":{"$ref":"#/$defs/b"}},"required":["left"]}}}"##,
    ),
    (
        "not-if",
        r##"{"if":{"properties":{"kind":{"const":"a"}},"required":["kind"]},
            "then":{"properties":{"next":{"$ref":"#"},"left":{"$ref":"#"}}},
            "else":{"not":{"properties":{"next":{"not":{"$ref":"#"}}},"required":["next"]}},
            "type":["object","array","null"]}"##,
    ),
    (
        "names",
        r##"{"type":"object","propertyNames":{"enum":["kind","left","right"]},
            "patternProperties":{"^l":{"$ref":"#"},"^r":{"$ref":"#"}},"additionalProperties":{"$ref":"#"},
            "dependentSchemas":{"next":{"$ref":"#/$defs/other"}},"$defs":{"other":{"properties":{"next":{"$ref":"#"}},"required":["right"]}}}"##,
    ),
    (
        "items",
        r##"{"oneOf":[{"type":"array","prefixItems":[{"$ref":"#"},{"$ref":"#"}],"items":{"$ref":"#"},"contains":{"$ref":"#"},"uniqueItems":true},
            {"type":"object","properties":{"next":{"$ref":"#"},"items":{"$ref":"#"}},"unevaluatedProperties":{"$ref":"#"}},
            {"type":"string","maxLength":1}]}"##,
    ),
];

/// A schema that requires many members at each level.
fn wide() -> String {
    let names: Vec<String> = (0..400).map(|number| format!("\"m{number}\"")).collect();
    format!(
        r##"{{"oneOf":[{{"type":"object","required":[{0},"kind"],"properties":{{"next":{{"$ref":"#"}},"left":{{"$ref":"#"}}}}}},
            {{"type":"object","required":["next",{0}],"properties":{{"next":{{"$ref":"#"}},"left":{{"$ref":"#"}}}}}}]}}"##,
        names.join(",")
    )
}

/// Bodies that nearly fit, with a depth up to the limit of JSON.
fn deep_body(random: &mut Random) -> String {
    let mut text = String::new();
    if random.below(3) == 0 {
        // A chain: each level has the same members, and only the end decides.
        let depth = usize::try_from(random.below(60)).unwrap();
        let links = [
            ("{\"kind\":\"a\",\"next\":", "}"),
            ("{\"next\":", "}"),
            ("{\"left\":", "}"),
            ("{\"left\":1,\"right\":", "}"),
            ("[", ",true]"),
            ("{\"kind\":\"b\",\"left\":", ",\"next\":null}"),
        ];
        let (open, close) = links[usize::try_from(random.below(6)).unwrap()];
        let ends = ["null", "1", "true", "\"a\"", "[]", "{}"];
        let end = ends[usize::try_from(random.below(6)).unwrap()];
        return [&open.repeat(depth), end, &close.repeat(depth)].concat();
    }
    let depth = 1 + random.below(120);
    let spread = random.below(4);
    grow(random, depth, spread, &mut text);
    text
}

fn grow(random: &mut Random, depth: u64, spread: u64, text: &mut String) {
    let leaf = ["null", "1", "true", "\"ab\"", "[]", "{}", "1.5", "\"a\""];
    if depth == 0 || text.len() > 60_000 {
        text.push_str(leaf[usize::try_from(random.below(8)).unwrap()]);
        return;
    }
    let names = ["next", "left", "right", "items", "other", "m1"];
    // One member continues; others are small or, seldom, as deep.
    if random.below(5) == 0 {
        text.push('[');
        for _ in 0..random.below(1 + spread) {
            let less = depth.saturating_sub(1 + random.below(60));
            grow(random, less.min(6), spread, text);
            text.push(',');
        }
        grow(random, depth - 1, spread, text);
        text.push(']');
        return;
    }
    let kind = ["a", "b", "c"][usize::try_from(random.below(3)).unwrap()];
    let _ = write!(text, "{{\"kind\":\"{kind}\"");
    let first = random.below(3);
    for number in 0..=random.below(1 + spread) {
        let index = usize::try_from((first + number) % 6).unwrap();
        let _ = write!(text, ",\"{}\":", names[index]);
        if number == 0 {
            grow(random, depth - 1, spread, text);
        } else {
            let less = depth.saturating_sub(1 + random.below(60));
            grow(random, less.min(8), spread, text);
        }
    }
    text.push('}');
}

fn deep_bodies() -> Result<(), Failed> {
    let count = if is_whole() { MANY_DEEP } else { FEW_DEEP };
    let wide = wide();
    let schemas: Vec<(&str, &str)> = SCHEMAS
        .iter()
        .copied()
        .chain([("wide", wide.as_str())])
        .collect();
    let mut random = Random(1);
    let bodies: Vec<String> = (0..count).map(|_| deep_body(&mut random)).collect();
    let server = Server::answering(move |asked| {
        let index: Option<usize> = asked.path[1..].parse().ok();
        match index.and_then(|index| bodies.get(index)) {
            Some(text) => body(text),
            None => body("{}"),
        }
    })?;
    let mut figures = Figures::default();
    let mut longest = (0.0, String::new());
    for (number, (name, schema)) in schemas.iter().enumerate() {
        let folder = Folder::new();
        let cases: Vec<String> = (number..count)
            .step_by(schemas.len())
            .map(|index| {
                suite::case(
                    &format!("b{index}"),
                    &index.to_string(),
                    "exact",
                    "HOSTILE-01",
                    "status: 200, schema: hostile/one.schema.json",
                )
            })
            .collect();
        suite::write(&folder, &cases);
        let Value::Object(mut schema) = serde_json::from_str(schema)? else {
            return Err("a schema is an object".into());
        };
        let draft = "https://json-schema.org/draft/2020-12/schema";
        schema.insert("$schema".into(), draft.into());
        folder.write(
            "suite/schemas/hostile/one.schema.json",
            serde_json::to_string(&schema)?,
        );
        let url = server.url();
        let mut command = command(&folder, &["run", "--suite", "suite", "--target", &url]);
        command.args(["--report", "json=r.json", "--jobs", "1"]);
        // Most bodies fail; that all of them pass would be no test.
        figures.take(&format!("{} bodies, {name}", cases.len()), command, &[1])?;
        for case in folder.report("r.json")["cases"].as_array().unwrap() {
            let took = case["duration_ms"].as_f64().unwrap_or_default();
            if case["verdict"] == "error" {
                return Err(format!("{}: {}", case["id"], case["reason"]).into());
            }
            if took > longest.0 {
                longest = (took, format!("{name} {}", case["id"]));
            }
        }
    }
    figures.print("deep bodies");
    let (took, which) = longest;
    if took > PATIENCE.as_secs_f64() * 1e3 {
        return Err(format!("{which} took {took} ms").into());
    }
    say(&format!("slow: the slowest case: {which}, {took:.0} ms"));
    Ok(())
}

/// What the runs cost.
#[derive(Default)]
struct Figures {
    runs: Vec<(Duration, usize, String)>,
}

impl Figures {
    /// Runs and measures one process, which must end with one of these codes.
    fn take(&mut self, name: &str, command: Command, codes: &[i32]) -> Result<(), Failed> {
        let began = Instant::now();
        let ended = Watched::run(command)?;
        let took = began.elapsed();
        if !ended.code.is_some_and(|code| codes.contains(&code)) {
            let (stdout, stderr) = (ended.stdout, ended.stderr);
            return Err(format!("{name}: exit {:?}\n{stdout}\n{stderr}", ended.code).into());
        }
        if is_whole() {
            say(&format!(
                "slow: {name}: {:.0} ms, {} KiB",
                took.as_secs_f64() * 1e3,
                ended.peak_kib
            ));
        }
        // A run of many answers has as long as its slowest one; see there.
        let is_one = !name.contains("bodies");
        if is_one && took > PATIENCE {
            return Err(format!("{name} took {took:?}").into());
        }
        if ended.peak_kib > LIMIT_KIB {
            return Err(format!("{name} took {} KiB", ended.peak_kib).into());
        }
        self.runs.push((took, ended.peak_kib, name.to_owned()));
        Ok(())
    }

    fn print(&self, what: &str) {
        let mut runs: Vec<_> = self.runs.iter().collect();
        runs.sort();
        let largest = runs.iter().map(|run| run.1).max().unwrap_or_default();
        let sum: Duration = runs.iter().map(|run| run.0).sum();
        say(&format!(
            "slow: {what}: {} runs in {:.1} s, at most {largest} KiB",
            runs.len(),
            sum.as_secs_f64()
        ));
        for (took, _, name) in runs.iter().rev().take(5) {
            say(&format!(
                "slow:   {:.0} ms {name}",
                took.as_secs_f64() * 1e3
            ));
        }
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what was asked for")]
fn say(line: &str) {
    println!("{line}");
}
