//! The file formats: case files, contracts, targets and waivers. The comments of the keys are the hover texts of editors.

use schemars::Schema;

pub(crate) use crate::load::block_format::{
    BlockFormat, BytesFormat, EncodedFormat, EventsFormat, JsonLinesFormat, SelectionFormat,
    WhenFormat, XmlFormat, XmlSelectionFormat,
};
use crate::load::block_value_schemas::Proves;
use crate::load::node::{Kind, Node};
use crate::load::project::ProjectFile;
use crate::load::record::{Entries, Later, Names, Read, Text, record};
use crate::load::row_schemas::{allow_parameters, allow_rows};
use crate::load::target::TargetFile;
use crate::load::value_schemas::{
    Arguments, Base64, Blocks, BodyFile, Captures, ChunkSizes, Cookies, DeclaredFixtures,
    DeclaredNames, Duration, Effect, Exceptions, Form, Hex, Hops, InlineSchema, Kebab, Level,
    Locks, Method, Mount, Operations, OtherBody, Parameters, PartHeaders, Path, Query,
    RequestHeaders, RequirementId, Rows, SchemaUse, Status, Tags, Transport, Url, Value, Vars,
};
use crate::load::waivers::WaiversFile;
use crate::model::Diagnostic;

record! {
    /// A file of cases of one contract.
    CaseFile, "a case file" {
        /// The contract: the name of the directory.
        expected "contract" contract: Text<'n> as Kebab,
        /// One line that describes it.
        optional "title" title: Text<'n>,
        /// The request members that all cases share; a case overrides them one by one.
        optional "request" request: RequestFormat<'n>,
        /// Fixtures and capabilities that every case needs in addition to those it uses.
        optional "needs" needs: Vec<Text<'n>>,
        /// `read` (default) if the cases change nothing on the target, otherwise `write`.
        optional "effect" effect: &'n Node as Effect,
        /// One or more names that select every case of the file: `--only tag:NAME`.
        optional "tags" tags: Names<'n> as Tags,
        /// One or more locks that every case takes.
        optional "lock" lock: Names<'n> as Locks,
        /// Variables of all cases: `${var.NAME}`.
        optional "vars" vars: Entries<'n, &'n Node> as Vars,
        /// Steps that always run at the end of every case, after its own.
        optional "finally" finally: Vec<Later<'n, StepFormat<'n>>>,
        /// The cases.
        required "cases" cases: Vec<Later<'n, CaseFormat<'n>>>,
    }
}

record! {
    /// One case, or one case for each row.
    CaseFormat, "a case" {
        /// The id, in kebab case and unique in the file.
        expected "id" id: Text<'n> as Kebab,
        /// One line that describes it.
        optional "title" title: Text<'n>,
        /// Makes one case for each row: objects with `row: name` and values for `${row.x}`.
        optional "rows" rows: &'n Node as Rows,
        /// Fixtures and capabilities that the case needs in addition to those it uses.
        optional "needs" needs: Vec<Text<'n>>,
        /// `read` (default) if the case changes nothing on the target, otherwise `write`.
        optional "effect" effect: &'n Node as Effect,
        /// One or more names that select the case: `--only tag:NAME`.
        optional "tags" tags: Names<'n> as Tags,
        /// One or more locks: cases with the same lock never run at the same time.
        optional "lock" lock: Names<'n> as Locks,
        /// `keep`: later steps send the cookies that the target sets (RFC 6265).
        optional "cookies" cookies: &'n Node as Cookies,
        /// Variables: `${var.NAME}`. They are made once for each attempt of the case.
        optional "vars" vars: Entries<'n, &'n Node> as Vars,
        /// The request of a case without `steps`, or the members that all its steps share.
        optional "request" request: RequestFormat<'n>,
        /// The expected response, for a case without `steps`.
        optional "expect" expect: Vec<BlockFormat<'n>> as Blocks,
        /// Values to take from the response, for a case without `steps`.
        optional "capture" capture: Entries<'n, &'n Node> as Captures,
        /// Repeat the request until the expectations hold, for a case without `steps`.
        optional "eventually" eventually: EventuallyFormat<'n>,
        /// The time limit of the request in place of the one of the target, for a case without `steps`.
        optional "timeout" timeout: &'n Node as Duration,
        /// The steps, in order.
        optional "steps" steps: Vec<StepFormat<'n>>,
        /// Steps that always run at the end, to undo the effects of the case.
        optional "finally" finally: Vec<StepFormat<'n>>,
        /// Rules of the contract that do not hold for the answers of this case, each with the reason.
        optional "without" without: Entries<'n, Text<'n>> as Exceptions,
    }
}

record! {
    /// One request with its expectations.
    StepFormat, "a step" {
        /// One line that describes it.
        optional "title" title: Text<'n>,
        /// The request. Members that it omits come from the case and the file.
        optional "request" request: RequestFormat<'n>,
        /// The expected response.
        optional "expect" expect: Vec<BlockFormat<'n>>,
        /// Values to take from the response for later steps.
        optional "capture" capture: Entries<'n, &'n Node> as Captures,
        /// Repeat the request until the expectations hold.
        optional "eventually" eventually: EventuallyFormat<'n>,
        /// The time limit of each request of the step, in place of the one of the target.
        optional "timeout" timeout: &'n Node as Duration,
        /// Rules of the contract that do not hold for the answer to this step, each with the reason.
        optional "without" without: Entries<'n, Text<'n>> as Exceptions,
        /// The step of this name in the contract, under `steps`. Beside it are only `with` and `title`.
        optional "use" used: Text<'n> as Kebab,
        /// The values of the parameters of the step in `use`.
        optional "with" with: &'n Node as Arguments,
    }
}

record! {
    /// A step that cases use by its name.
    #[expect(dead_code, reason = "its values are read in each case that uses the step")]
    SharedStepFormat, "a step" {
        /// The parameters: names of values that each use gives, as `${with.NAME}`.
        optional "with" with: Vec<Text<'n>> as Parameters,
        /// One line that describes it.
        optional "title" title: Text<'n>,
        /// The request. Members that it omits come from the case and the file.
        optional "request" request: RequestFormat<'n>,
        /// The expected response.
        optional "expect" expect: Vec<BlockFormat<'n>>,
        /// Values to take from the response for later steps of the case.
        optional "capture" capture: Entries<'n, &'n Node> as Captures,
        /// Repeat the request until the expectations hold.
        optional "eventually" eventually: EventuallyFormat<'n>,
        /// The time limit of each request of the step, in place of the one of the target.
        optional "timeout" timeout: &'n Node as Duration,
        /// Rules of the contract that do not hold for the answer to this step, each with the reason.
        optional "without" without: Entries<'n, Text<'n>> as Exceptions,
        /// Steps that undo it: they are added to `finally` of each case that uses the step.
        optional "finally" finally: Vec<StepFormat<'n>>,
    }
}

record! {
    /// How long and how often a step is repeated.
    EventuallyFormat, "`eventually`" {
        /// The maximum time, for example `10s`.
        expected "within" within: &'n Node as Duration,
        /// The pause between two requests, for example `200ms`.
        expected "every" every: &'n Node as Duration,
    }
}

record! {
    /// A request.
    RequestFormat, "a request" {
        /// GET this path below the service's base URL.
        optional "GET" get: Place<'n> as Path,
        /// HEAD this path.
        optional "HEAD" head: Place<'n> as Path,
        /// POST to this path.
        optional "POST" post: Place<'n> as Path,
        /// PUT to this path.
        optional "PUT" put: Place<'n> as Path,
        /// PATCH this path.
        optional "PATCH" patch: Place<'n> as Path,
        /// DELETE this path.
        optional "DELETE" delete: Place<'n> as Path,
        /// OPTIONS of this path.
        optional "OPTIONS" options: Place<'n> as Path,
        /// Any other method; needs `path`.
        optional "method" method: Text<'n> as Method,
        /// The path for `method`.
        optional "path" path: Place<'n> as Path,
        /// Another service of the contract.
        optional "service" service: Text<'n>,
        /// The identity whose credentials are sent: one of the contract, or `<none>`.
        optional "identity" identity: Text<'n>,
        /// Query parameters; a list is the parameter repeated.
        optional "query" query: Entries<'n, &'n Node> as Query,
        /// Header fields; a list is the field repeated, `<omit>` leaves one out.
        optional "headers" headers: Entries<'n, &'n Node> as RequestHeaders,
        /// The body as JSON.
        optional "json" json: &'n Node as Value,
        /// The body as text.
        optional "text" text: Text<'n>,
        /// The fields of a form; a list is the field repeated.
        optional "form" form: Entries<'n, &'n Node> as Form,
        /// The parts of a multipart body.
        optional "multipart" multipart: Vec<PartFormat<'n>>,
        /// The body is this file of the suite.
        optional "file" file: Text<'n> as BodyFile,
        /// The bytes of the body in base64.
        optional "base64" base64: Text<'n> as Base64,
        /// The bytes of the body in hexadecimal digits.
        optional "hex" hex: Text<'n> as Hex,
        /// `<none>`: no body, although a shared request has one.
        optional "body" body: &'n Node as OtherBody,
        /// Send the body in chunks of these sizes; the last one is repeated.
        optional "chunked" chunked: &'n Node as ChunkSizes,
        /// Send `Expect: 100-continue`, and wait so long for 100 before the body is sent.
        optional "expect-continue" expect_continue: &'n Node as Duration,
        /// Follow redirects to services of the target.
        optional "follow" follow: FollowFormat<'n>,
        /// The schema of a legal body: a file below `schemas/`, an inline schema, or `<none>`.
        optional "schema" schema: &'n Node as SchemaUse,
        /// Why this body is illegal: the schema must reject it. `<none>`: it is legal.
        optional "illegal" illegal: Text<'n>,
        /// `normal`, `exact` or `raw`; by default the first that supports the request and its checks.
        optional "transport" transport: &'n Node as Transport,
    }
}

record! {
    /// Where a request is sent: what an earlier answer named.
    LinkFormat, "the target of a request" {
        /// The captured URL, absolute or relative: `${capture.location}`.
        required "url" url: Text<'n> as Url,
        /// Query parameters that are added to its own, or replace those of the same name.
        optional "query" query: Entries<'n, &'n Node> as Query,
    }
}

/// Where a request is sent.
#[derive(Debug)]
pub(crate) enum Place<'n> {
    /// To a path below the base URL of the service.
    Path(Text<'n>),
    /// To a captured URL.
    Link(Box<LinkFormat<'n>>),
}

impl<'n> Read<'n> for Place<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.kind {
            Kind::Object(_) => {
                LinkFormat::read(node, diagnostics).map(|format| Place::Link(Box::new(format)))
            }
            _ => Text::read(node, diagnostics).map(Place::Path),
        }
    }
}

record! {
    /// How redirects are followed.
    FollowFormat, "`follow`" {
        /// The most redirects, up to 20; 0 follows none.
        expected "max" max: &'n Node as Hops,
    }
}

record! {
    /// A part of a multipart body.
    PartFormat, "a part of `multipart`" {
        /// The name of the field.
        optional "name" name: Text<'n>,
        /// The content as text.
        optional "text" text: Text<'n>,
        /// The content as JSON, with `Content-Type: application/json` unless `type` says otherwise.
        optional "json" json: &'n Node as Value,
        /// The content is this file of the suite.
        optional "file" file: Text<'n> as BodyFile,
        /// The bytes of the content in base64.
        optional "base64" base64: Text<'n> as Base64,
        /// The bytes of the content in hexadecimal digits.
        optional "hex" hex: Text<'n> as Hex,
        /// The file name; by default that of `file`.
        optional "filename" filename: Text<'n>,
        /// The `Content-Type` of the part; by default `application/octet-stream` for a file.
        optional "type" media_type: Text<'n>,
        /// Other header fields of the part.
        optional "headers" headers: Entries<'n, Text<'n>> as PartHeaders,
    }
}

record! {
    /// A contract: its requirements, and the names that its cases may use.
    ContractFile, "a contract" {
        /// The name of the directory.
        expected "contract" contract: Text<'n> as Kebab,
        /// One line that describes it.
        expected "title" title: Text<'n>,
        /// The default service of requests.
        expected "service" service: Text<'n>,
        /// All services of the contract.
        expected "services" services: Entries<'n, ServiceFormat<'n>>,
        /// Identities that cases may use, each with a description.
        optional "identities" identities: Entries<'n, Text<'n>> as DeclaredNames,
        /// Fixtures that cases may use, each with a description, or with a description and a form.
        optional "fixtures" fixtures: Entries<'n, DeclaredFixture<'n>> as DeclaredFixtures,
        /// Capabilities that cases may need, each with a description.
        optional "capabilities" capabilities: Entries<'n, Text<'n>> as DeclaredNames,
        /// Fixtures that cases change. On another machine, they are changed only if the target file lists them as
        /// `disposable`.
        optional "disposable" disposable: Vec<Text<'n>>,
        /// Steps that cases use by name: `steps: [{ use: NAME, with: { ... } }]`.
        optional "steps" steps: Entries<'n, Later<'n, SharedStepFormat<'n>>>,
        /// Variables of all cases of the contract: `${var.NAME}`.
        optional "vars" vars: Entries<'n, &'n Node> as Vars,
        /// The requirement that a 429 or 503 response without Retry-After violates.
        optional "throttling" throttling: Text<'n>,
        /// Rules: checks on every answer of an operation, whatever case sent the request.
        optional "answers" answers: Vec<Later<'n, AnswersFormat<'n>>>,
        /// What is a legal request, for `probity fuzz`: an entry for each operation.
        optional "requests" requests: Vec<Later<'n, RequestsFormat<'n>>>,
        /// Places that need no check: `probity prove` allows mutants that survive there.
        optional "unchecked" unchecked: Vec<UncheckedFormat<'n>>,
        /// State that cases cannot undo: `probity prove` allows them to leave it behind.
        optional "lasting" lasting: Vec<LastingFormat<'n>>,
        /// The numbered requirements.
        expected "requirements" requirements: Vec<RequirementFormat<'n>>,
    }
}

record! {
    /// A fixture with a form, which the value in every target file must have.
    FixtureFormat, "a fixture" {
        /// The description.
        required "about" about: Text<'n>,
        /// The JSON Schema of the value; its `description` says in words what is expected.
        optional "schema" schema: &'n Node as InlineSchema,
        /// Fixtures whose values are others than this one.
        optional "distinct-from" distinct_from: Names<'n>,
    }
}

/// A declared fixture: a description, or a description and a form.
#[derive(Debug)]
pub(crate) enum DeclaredFixture<'n> {
    /// The description alone.
    Plain(Text<'n>),
    /// With a form.
    Formed(Box<FixtureFormat<'n>>),
}

impl<'n> DeclaredFixture<'n> {
    /// The description.
    pub(crate) fn about(&self) -> Text<'n> {
        match self {
            DeclaredFixture::Plain(about) => *about,
            DeclaredFixture::Formed(format) => format.about,
        }
    }
}

impl<'n> Read<'n> for DeclaredFixture<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        match &node.kind {
            Kind::Object(_) => FixtureFormat::read(node, diagnostics)
                .map(|format| DeclaredFixture::Formed(Box::new(format))),
            _ => Text::read(node, diagnostics).map(DeclaredFixture::Plain),
        }
    }
}

record! {
    /// A rule: checks on every answer of some operations, whatever case sent the request.
    AnswersFormat, "a rule" {
        /// The id, in kebab case and unique in the contract. A case opts out by it: `without`.
        expected "id" id: Text<'n> as Kebab,
        /// One or more operations: `POST /users/{}/seats`, with `{}` for each value in the path.
        expected "operation" operation: Names<'n> as Operations,
        /// The statuses of the answers that the rule describes; by default all.
        optional "status" status: &'n Node as Status,
        /// The rule describes only answers that have a body.
        optional "non-empty" non_empty: bool,
        /// Captured URLs or redirects lead to its operations: no step needs to name them.
        optional "followed" followed: bool,
        /// The checks. Each block proves a requirement.
        expected "expect" expect: Vec<BlockFormat<'n>>,
    }
}

record! {
    /// What is a legal request to some operations.
    RequestsFormat, "an entry of `requests`" {
        /// One or more operations: `POST /users/{}/seats`, with `{}` for each value in the path.
        expected "operation" operation: Names<'n> as Operations,
        /// The schema of the query: an object with a member for each parameter.
        optional "query" query: &'n Node as SchemaUse,
        /// The schema of the header fields that the operation reads: an object with a member for each of them.
        optional "headers" headers: &'n Node as SchemaUse,
        /// The schema of the JSON body: a file below `schemas/`, or an inline schema.
        optional "body" body: &'n Node as SchemaUse,
        /// The statuses with which an illegal request is refused; by default `<4xx>`.
        optional "refused" refused: &'n Node as Status,
        /// Ids of the requirements that illegal requests are refused, the main one first.
        expected "proves" proves: &'n Node as Proves,
    }
}

record! {
    /// A place in the responses that needs no check, and why.
    UncheckedFormat, "an entry of `unchecked`" {
        /// One or more operations as `probity prove` prints them, with or without the status; by default all operations.
        optional "operation" operation: Names<'n>,
        /// One or more cases, as `probity prove` prints them, in which the place need not be checked although it is
        /// checked in others. Without the row it means every row.
        optional "cases" cases: Names<'n>,
        /// One or more places: `/*/devices/**`, `body`, `header Content-Type`, `status`. `undescribed` is what the schemas of a
        /// body say nothing about: members that they do not name, values without a type.
        required "at" at: Names<'n>,
        /// `true` if it is no mistake that a place matches nothing: another deployment, or another day, may have it.
        optional "may-match-nothing" may_match_nothing: bool,
        /// Why this need not be checked.
        required "reason" reason: Text<'n>,
    }
}

record! {
    /// State that cases of the contract cannot undo, and why.
    LastingFormat, "an entry of `lasting`" {
        /// One or more places in the state of the reference deployment, as `probity prove` prints them.
        required "at" at: Names<'n>,
        /// Why it cannot be undone.
        required "reason" reason: Text<'n>,
    }
}

record! {
    /// A service of a contract.
    ServiceFormat, "a service" {
        /// The path of the service below a bare `--target` URL, for example `/v1.0`.
        optional "mount" mount: Text<'n> as Mount,
    }
}

record! {
    /// One numbered requirement.
    RequirementFormat, "a requirement" {
        /// The id, which is never reused and never changed.
        expected "id" id: Text<'n> as RequirementId,
        /// MUST, SHOULD or MAY.
        expected "level" level: &'n Node as Level,
        /// What the target must do.
        expected "sentence" sentence: Text<'n>,
        /// The source of the requirement.
        expected "source" source: Text<'n>,
        /// How a test can observe it.
        optional "observe" observe: Text<'n>,
        /// Why no black-box test can observe it.
        optional "unobservable" unobservable: Text<'n>,
        /// One case that upholds it is enough, and cases that are skipped or get another response leave no gap. For
        /// requirements about responses that not every case gets, such as errors.
        optional "one-is-enough" one_is_enough: bool,
    }
}

/// The published JSON Schemas of input files: name below `schemas/probity/`, and schema.
pub(crate) fn published() -> Vec<(&'static str, serde_json::Value)> {
    let mut published = vec![
        publish(
            "cases.schema.json",
            "Probity case file",
            schemars::schema_for!(CaseFile<'static>),
        ),
        publish(
            "contract.schema.json",
            "Probity contract",
            schemars::schema_for!(ContractFile<'static>),
        ),
        publish(
            "target.schema.json",
            "Probity target",
            schemars::schema_for!(TargetFile<'static>),
        ),
        publish(
            "waivers.schema.json",
            "Probity waivers",
            schemars::schema_for!(WaiversFile<'static>),
        ),
        publish(
            "project.schema.json",
            "Probity project",
            schemars::schema_for!(ProjectFile<'static>),
        ),
    ];
    let cases = published
        .iter_mut()
        .find(|(name, _)| *name == "cases.schema.json");
    if let Some((_, cases)) = cases {
        allow_rows(cases);
    }
    let contract = published
        .iter_mut()
        .find(|(name, _)| *name == "contract.schema.json");
    if let Some((_, contract)) = contract {
        allow_parameters(contract);
    }
    published
}

fn publish(name: &'static str, title: &str, schema: Schema) -> (&'static str, serde_json::Value) {
    let mut published = serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": format!("probity/{name}"),
        "title": title,
    });
    if let (Some(published), serde_json::Value::Object(schema)) =
        (published.as_object_mut(), schema.to_value())
    {
        for (key, value) in schema {
            published.entry(key).or_insert(value);
        }
    }
    (name, published)
}
