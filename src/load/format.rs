//! The file formats: case files, contracts, targets. `docs/case-format.md` tells what each key means.

use schemars::{Schema, json_schema};

use super::record::{Entries, Later, Look, Names, RecordOf, Text, ValueOf, record};

/// A value of any JSON type, with markers or templates in it.
pub(crate) type Any<'n> = Later<'n, ValueOf<AnyLook>>;

record! {
    /// A file of cases of one contract.
    CaseFile, "a case file" {
        /// The contract: the name of the directory.
        required "contract" contract: Text<'n>,
        /// One line for people.
        optional "title" title: Text<'n>,
        /// What the requests of all cases share; a case overrides it member by member.
        optional "request" request: RequestFormat<'n>,
        /// Fixtures and capabilities that every case needs beyond those it uses.
        optional "needs" needs: Vec<Text<'n>>,
        /// `read` (default) or `write`, for every case.
        optional "effect" effect: Later<'n, ValueOf<EffectLook>>,
        /// A lock, or several, that every case takes.
        optional "lock" lock: Names<'n>,
        /// The cases.
        required "cases" cases: Vec<Later<'n, RecordOf<CaseFormat<'n>>>>,
    }
}

record! {
    /// One case, or one for each row.
    CaseFormat, "a case" {
        /// Kebab case, unique in the file.
        required "id" id: Text<'n>,
        /// One line for people.
        optional "title" title: Text<'n>,
        /// One case for each: objects with `row: name` and values for `${row.x}`.
        optional "rows" rows: Vec<Later<'n, ValueOf<RowLook>>>,
        /// Fixtures and capabilities beyond those the case uses.
        optional "needs" needs: Vec<Text<'n>>,
        /// `read` (default) or `write`.
        optional "effect" effect: Later<'n, ValueOf<EffectLook>>,
        /// A lock, or several: cases that share one never run at the same time.
        optional "lock" lock: Names<'n>,
        /// The request of a case with one step, or the default of all its steps.
        optional "request" request: RequestFormat<'n>,
        /// What must come back, for a case with one step.
        optional "expect" expect: Vec<BlockFormat<'n>>,
        /// Values to take from the response, for a case with one step.
        optional "capture" capture: Entries<'n, Later<'n, ValueOf<CaptureLook>>>,
        /// Repeat until the expectations hold, for a case with one step.
        optional "eventually" eventually: EventuallyFormat<'n>,
        /// Several steps, in order.
        optional "steps" steps: Vec<StepFormat<'n>>,
        /// Steps that always run at the end, to undo what the case did.
        optional "finally" finally: Vec<StepFormat<'n>>,
    }
}

record! {
    /// One request with its expectations.
    StepFormat, "a step" {
        /// One line for people.
        optional "title" title: Text<'n>,
        /// The request; what it leaves out comes from the case and the file.
        optional "request" request: RequestFormat<'n>,
        /// What must come back.
        optional "expect" expect: Vec<BlockFormat<'n>>,
        /// Values to take from the response for later steps.
        optional "capture" capture: Entries<'n, Later<'n, ValueOf<CaptureLook>>>,
        /// Repeat until the expectations hold.
        optional "eventually" eventually: EventuallyFormat<'n>,
    }
}

record! {
    /// How long and how often a step is repeated.
    EventuallyFormat, "`eventually`" {
        /// For how long at the most, for example `10s`.
        required "within" within: Text<'n>,
        /// The pause between two requests, for example `200ms`.
        required "every" every: Text<'n>,
    }
}

record! {
    /// A request.
    RequestFormat, "a request" {
        /// GET this path below the service's base URL.
        optional "GET" get: Text<'n>,
        /// HEAD this path.
        optional "HEAD" head: Text<'n>,
        /// POST to this path.
        optional "POST" post: Text<'n>,
        /// PUT to this path.
        optional "PUT" put: Text<'n>,
        /// PATCH this path.
        optional "PATCH" patch: Text<'n>,
        /// DELETE this path.
        optional "DELETE" delete: Text<'n>,
        /// OPTIONS of this path.
        optional "OPTIONS" options: Text<'n>,
        /// Any other method; needs `path`.
        optional "method" method: Text<'n>,
        /// The path for `method`.
        optional "path" path: Text<'n>,
        /// Another service of the contract.
        optional "service" service: Text<'n>,
        /// As whom: an identity of the contract, or `<none>`.
        optional "identity" identity: Text<'n>,
        /// Query parameters; a list is the parameter repeated.
        optional "query" query: Entries<'n, Any<'n>>,
        /// Header fields; a list is the field repeated, `<omit>` leaves one out.
        optional "headers" headers: Entries<'n, Later<'n, ValueOf<LinesLook>>>,
        /// The body as JSON.
        optional "json" json: Any<'n>,
        /// The body as it is.
        optional "text" text: Text<'n>,
        /// `<none>`: no body, where a shared request has one.
        optional "body" body: Later<'n, ValueOf<NoBodyLook>>,
        /// `normal`, `exact` or `raw`; left out, the first that can do what is needed.
        optional "transport" transport: Later<'n, ValueOf<TransportLook>>,
    }
}

record! {
    /// Checks that stand together and prove the same requirements.
    BlockFormat, "a block of `expect`" {
        /// Ids of the requirements proven, the one to blame first. Without it the block arranges.
        optional "proves" proves: Later<'n, ValueOf<ProvesLook>>,
        /// `200`, `<2xx>`, `<not 2xx>`, `<any>`, or a list of these.
        optional "status" status: Later<'n, ValueOf<StatusLook>>,
        /// Header fields: exact value, marker, or a list of exact lines.
        optional "headers" headers: Entries<'n, Later<'n, ValueOf<LinesLook>>>,
        /// `<empty>`: no octets at all.
        optional "body" body: Later<'n, ValueOf<EmptyBodyLook>>,
        /// A schema file below `schemas/`, or a schema in place.
        optional "schema" schema: Later<'n, ValueOf<SchemaLook>>,
        /// A pattern; objects may have other members.
        optional "json" json: Any<'n>,
        /// A pattern; objects have exactly these members.
        optional "json-exactly" json_exactly: Any<'n>,
        /// A text or a text marker.
        optional "text" text: Text<'n>,
        /// Conditions on nodes selected by JSONPath.
        optional "select" select: Vec<SelectionFormat<'n>>,
    }
}

record! {
    /// Conditions on the nodes that a JSONPath selects.
    SelectionFormat, "a selection" {
        /// JSONPath (RFC 9535).
        required "path" path: Text<'n>,
        /// May nothing be selected? Else `each`, `unique` and `subset-of` fail then.
        optional "or-none" or_none: bool,
        /// Every node matches this pattern.
        optional "each" each: Any<'n>,
        /// At least one node matches this pattern.
        optional "some" some: Any<'n>,
        /// No node matches this pattern.
        optional "none" none: Any<'n>,
        /// How many nodes: a number, or `{ min, max }`.
        optional "count" count: Later<'n, ValueOf<CountLook>>,
        /// No two nodes are equal.
        optional "unique" unique: bool,
        /// Exactly one node, equal to this.
        optional "equal" equal: Any<'n>,
        /// Every node is an element of this array.
        optional "subset-of" subset_of: Any<'n>,
        /// Every element of this array is a node.
        optional "superset-of" superset_of: Any<'n>,
        /// The same elements, each as often, in any order.
        optional "same-set" same_set: Any<'n>,
    }
}

record! {
    /// A contract: its requirements, and the names that its cases may use.
    ContractFile, "a contract" {
        /// The name of the directory.
        required "contract" contract: Text<'n>,
        /// One line for people.
        required "title" title: Text<'n>,
        /// The service that requests go to unless they name another.
        required "service" service: Text<'n>,
        /// All services of the contract.
        required "services" services: Entries<'n, ServiceFormat<'n>>,
        /// Identities that cases may name, each with a line for people.
        optional "identities" identities: Entries<'n, Text<'n>>,
        /// Fixtures that cases may use, each with a line for people.
        optional "fixtures" fixtures: Entries<'n, Text<'n>>,
        /// Capabilities that cases may need, each with a line for people.
        optional "capabilities" capabilities: Entries<'n, Text<'n>>,
        /// The requirement that an answer of 429 or 503 without Retry-After violates.
        optional "throttling" throttling: Text<'n>,
        /// What no check has to look at: `probity prove` accepts what survives there.
        optional "unchecked" unchecked: Vec<UncheckedFormat<'n>>,
        /// The numbered requirements.
        required "requirements" requirements: Vec<RequirementFormat<'n>>,
    }
}

record! {
    /// Something in the answers that no check looks at, and why that is right.
    UncheckedFormat, "an entry of `unchecked`" {
        /// The operation as `probity prove` tells it, with or without its status; left out: any.
        optional "operation" operation: Text<'n>,
        /// The place, or several: `/*/devices/**`, `body`, `header Content-Type`, `status`.
        required "at" at: Names<'n>,
        /// Why nothing has to look there.
        required "reason" reason: Text<'n>,
    }
}

record! {
    /// A service of a contract.
    ServiceFormat, "a service" {
        /// Where it stands below a bare `--target` URL, for example `/v1.0`.
        optional "mount" mount: Text<'n>,
    }
}

record! {
    /// One normative sentence.
    RequirementFormat, "a requirement" {
        /// Never reused, never renumbered.
        required "id" id: Text<'n>,
        /// MUST, SHOULD or MAY.
        required "level" level: Later<'n, ValueOf<LevelLook>>,
        /// The sentence.
        required "sentence" sentence: Text<'n>,
        /// Where the sentence comes from.
        required "source" source: Text<'n>,
        /// How a test can see it.
        optional "observe" observe: Text<'n>,
        /// Why no black-box test can see it.
        optional "unobservable" unobservable: Text<'n>,
    }
}

record! {
    /// A deployment: how to reach it, as whom, and what it offers.
    TargetFile, "a target" {
        /// How it is named in reports.
        required "name" name: Text<'n>,
        /// Base URLs by service name.
        optional "services" services: Entries<'n, Text<'n>>,
        /// Headers that make a request somebody's, by full identity name.
        optional "identities" identities: Entries<'n, Entries<'n, Text<'n>>>,
        /// Values by full fixture name.
        optional "fixtures" fixtures: Entries<'n, Any<'n>>,
        /// Capabilities it has, by full name.
        optional "capabilities" capabilities: Vec<Text<'n>>,
        /// `read`, `write`.
        optional "permits" permits: Vec<Later<'n, ValueOf<EffectLook>>>,
        /// How gently it must be treated.
        optional "limits" limits: LimitsFormat<'n>,
        /// Requirements that do not apply to it, each with the reason.
        optional "not-applicable" not_applicable: Entries<'n, Text<'n>>,
    }
}

record! {
    /// Bounds on what a run does to a target.
    LimitsFormat, "`limits`" {
        /// Requests under way at one time.
        optional "concurrency" concurrency: Later<'n, ValueOf<PositiveLook>>,
        /// Requests started in one second.
        optional "per-second" per_second: Later<'n, ValueOf<PositiveLook>>,
        /// For one exchange, for example `10s`.
        optional "timeout" timeout: Text<'n>,
        /// For one connection to stand, for example `2s`.
        optional "connect-timeout" connect_timeout: Text<'n>,
        /// The largest response body that is read, for example `16MiB`.
        optional "body" body: Text<'n>,
        /// How long one step may wait because answers of 429 and 503 ask for it, for example `30s`.
        optional "throttle-wait" throttle_wait: Text<'n>,
    }
}

macro_rules! looks {
    ($( $(#[doc = $doc:literal])* $look:ident $name:literal $schema:tt )*) => {
        $(
            pub(crate) struct $look;
            impl Look for $look {
                const NAME: &'static str = $name;
                fn schema() -> Schema {
                    let mut schema = json_schema!($schema);
                    schema.insert("description".to_owned(), concat!($($doc),*).trim().into());
                    schema
                }
            }
        )*
    };
}

looks! {
    /// Any JSON value; texts may be markers (`<string>`) or hold values (`${fixture.x}`).
    AnyLook "Any" {}
    /// `read` changes nothing, `write` changes the target.
    EffectLook "Effect" { "anyOf": [{ "enum": ["read", "write"] }, { "$ref": "#/$defs/Template" }] }
    /// An object with the row's name and its values.
    RowLook "Row" { "type": "object", "required": ["row"], "properties": { "row": { "type": "string" } } }
    /// A JSONPath that selects one node, or where else the value comes from.
    CaptureLook "Capture" {
        "anyOf": [
            { "type": "string" },
            { "type": "object", "properties": { "all": { "type": "string" } }, "required": ["all"], "additionalProperties": false },
            { "type": "object", "properties": { "header": { "type": "string" } }, "required": ["header"], "additionalProperties": false },
            { "type": "object", "properties": { "status": { "const": true } }, "required": ["status"], "additionalProperties": false }
        ]
    }
    /// A text, or a list of texts for a field that is repeated.
    LinesLook "Lines" { "type": ["string", "array"], "items": { "type": "string" } }
    /// Nothing is sent.
    NoBodyLook "NoBody" { "const": "<none>" }
    /// Nothing comes back, not one octet.
    EmptyBodyLook "EmptyBody" { "const": "<empty>" }
    /// How a request goes to the wire.
    TransportLook "Transport" { "enum": ["normal", "exact", "raw"] }
    /// Ids of requirements.
    ProvesLook "Proves" { "anyOf": [{ "type": "array", "items": { "type": "string" }, "minItems": 1 }, { "$ref": "#/$defs/Template" }] }
    /// Accepted statuses.
    StatusLook "Status" {
        "anyOf": [
            { "type": "integer", "minimum": 100, "maximum": 599 },
            { "type": "string", "pattern": "^(<(any|(not )?[1-5]xx)>|.*\\$\\{.*\\}.*)$" },
            { "type": "array", "minItems": 1, "items": { "anyOf": [
                { "type": "integer", "minimum": 100, "maximum": 599 },
                { "type": "string", "pattern": "^(<(any|(not )?[1-5]xx)>|.*\\$\\{.*\\}.*)$" }
            ] } }
        ]
    }
    /// A schema file below `schemas/`, perhaps with `#/pointer`, or a JSON Schema in place.
    SchemaLook "SchemaUse" { "type": ["string", "object"] }
    /// A number of nodes.
    CountLook "Count" {
        "anyOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "object", "properties": { "min": { "type": "integer", "minimum": 0 }, "max": { "type": "integer", "minimum": 0 } }, "additionalProperties": false, "minProperties": 1 },
            { "$ref": "#/$defs/Template" }
        ]
    }
    /// How binding a requirement is.
    LevelLook "Level" { "enum": ["MUST", "SHOULD", "MAY"] }
    /// A whole number from 1.
    PositiveLook "Positive" { "type": "integer", "minimum": 1 }
}

/// The published JSON Schemas of our own files: name below `schemas/probity/`, and text.
pub(crate) fn published() -> Vec<(&'static str, serde_json::Value)> {
    let finish = |name: &str, title: &str, schema: Schema| {
        let mut value = schema.to_value();
        if let Some(object) = value.as_object_mut() {
            object.insert("$id".into(), format!("probity/{name}").into());
            object.insert("title".into(), title.into());
            let defs = object
                .entry("$defs")
                .or_insert_with(|| serde_json::json!({}));
            if let Some(defs) = defs.as_object_mut() {
                defs.insert(
                    "Template".into(),
                    serde_json::json!({
                        "description": "A text that takes its value from elsewhere, for example a row.",
                        "type": "string",
                        "pattern": "\\$\\{.*\\}"
                    }),
                );
            }
        }
        value
    };
    vec![
        (
            "cases.schema.json",
            finish(
                "cases.schema.json",
                "Probity case file",
                schemars::schema_for!(CaseFile<'static>),
            ),
        ),
        (
            "contract.schema.json",
            finish(
                "contract.schema.json",
                "Probity contract",
                schemars::schema_for!(ContractFile<'static>),
            ),
        ),
        (
            "target.schema.json",
            finish(
                "target.schema.json",
                "Probity target",
                schemars::schema_for!(TargetFile<'static>),
            ),
        ),
    ]
}
