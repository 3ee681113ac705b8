//! The file formats: case files, contracts, targets. `docs/case-format.md` tells what each key means.

use schemars::Schema;

use crate::load::looks::{
    Addresses, Captures, Count, Day, DeclaredNames, Duration, Effect, EmptyBody, ExpectedHeaders,
    Files, Forgiveness, HeaderName, Hosts, HttpVersion, Kebab, Level, Locks, Method, Mount, NoBody,
    Path, Pattern, Permits, Positive, Proves, ProxyUse, Query, Reasons, RequestHeaders,
    RequirementId, Rows, Said, SchemaUse, Selector, Size, Status, Stretch, TextPattern, Transport,
    Urls, Value, Values,
};
use crate::load::node::{Kind, Node};
use crate::load::record::{Entries, Later, Names, Read, Text, record};
use crate::load::target::IdentityFormat;
use crate::model::Diagnostic;

record! {
    /// A file of cases of one contract.
    CaseFile, "a case file" {
        /// The contract: the name of the directory.
        expected "contract" contract: Text<'n> as Kebab,
        /// One line for people.
        optional "title" title: Text<'n>,
        /// What the requests of all cases share; a case overrides it member by member.
        optional "request" request: RequestFormat<'n>,
        /// Fixtures and capabilities that every case needs beyond those it uses.
        optional "needs" needs: Vec<Text<'n>>,
        /// `read` (default) or `write`, for every case.
        optional "effect" effect: &'n Node as Effect,
        /// A lock, or several, that every case takes.
        optional "lock" lock: Names<'n> as Locks,
        /// The cases.
        required "cases" cases: Vec<Later<'n, CaseFormat<'n>>>,
    }
}

record! {
    /// One case, or one for each row.
    CaseFormat, "a case" {
        /// Kebab case, unique in the file.
        expected "id" id: Text<'n> as Kebab,
        /// One line for people.
        optional "title" title: Text<'n>,
        /// One case for each: objects with `row: name` and values for `${row.x}`.
        optional "rows" rows: &'n Node as Rows,
        /// Fixtures and capabilities beyond those the case uses.
        optional "needs" needs: Vec<Text<'n>>,
        /// `read` (default) or `write`.
        optional "effect" effect: &'n Node as Effect,
        /// A lock, or several: cases that share one never run at the same time.
        optional "lock" lock: Names<'n> as Locks,
        /// The request of a case with one step, or the default of all its steps.
        optional "request" request: RequestFormat<'n>,
        /// What must come back, for a case with one step.
        optional "expect" expect: Vec<BlockFormat<'n>>,
        /// Values to take from the response, for a case with one step.
        optional "capture" capture: Entries<'n, &'n Node> as Captures,
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
        optional "capture" capture: Entries<'n, &'n Node> as Captures,
        /// Repeat until the expectations hold.
        optional "eventually" eventually: EventuallyFormat<'n>,
    }
}

record! {
    /// How long and how often a step is repeated.
    EventuallyFormat, "`eventually`" {
        /// For how long at the most, for example `10s`.
        expected "within" within: &'n Node as Duration,
        /// The pause between two requests, for example `200ms`.
        expected "every" every: &'n Node as Duration,
    }
}

record! {
    /// A request.
    RequestFormat, "a request" {
        /// GET this path below the service's base URL.
        optional "GET" get: Text<'n> as Path,
        /// HEAD this path.
        optional "HEAD" head: Text<'n> as Path,
        /// POST to this path.
        optional "POST" post: Text<'n> as Path,
        /// PUT to this path.
        optional "PUT" put: Text<'n> as Path,
        /// PATCH this path.
        optional "PATCH" patch: Text<'n> as Path,
        /// DELETE this path.
        optional "DELETE" delete: Text<'n> as Path,
        /// OPTIONS of this path.
        optional "OPTIONS" options: Text<'n> as Path,
        /// Any other method; needs `path`.
        optional "method" method: Text<'n> as Method,
        /// The path for `method`.
        optional "path" path: Text<'n> as Path,
        /// Another service of the contract.
        optional "service" service: Text<'n>,
        /// As whom: an identity of the contract, or `<none>`.
        optional "identity" identity: Text<'n>,
        /// Query parameters; a list is the parameter repeated.
        optional "query" query: Entries<'n, &'n Node> as Query,
        /// Header fields; a list is the field repeated, `<omit>` leaves one out.
        optional "headers" headers: Entries<'n, &'n Node> as RequestHeaders,
        /// The body as JSON.
        optional "json" json: &'n Node as Value,
        /// The body as it is.
        optional "text" text: Text<'n>,
        /// `<none>`: no body, where a shared request has one.
        optional "body" body: &'n Node as NoBody,
        /// What a legal body is: a schema file below `schemas/`, a schema in place, or `<none>`.
        optional "schema" schema: &'n Node as SchemaUse,
        /// What is illegal about this body, for people: the schema must refuse it. `<none>`: nothing.
        optional "illegal" illegal: Text<'n>,
        /// `normal`, `exact` or `raw`; left out, the first that can do what is needed.
        optional "transport" transport: &'n Node as Transport,
    }
}

record! {
    /// Checks that stand together and prove the same requirements.
    BlockFormat, "a block of `expect`" {
        /// Ids of the requirements proven, the one to blame first. Without it the block arranges.
        optional "proves" proves: &'n Node as Proves,
        /// `200`, `<2xx>`, `<not 2xx>`, `<any>`, or a list of these.
        optional "status" status: &'n Node as Status,
        /// Header fields: exact value, marker, or a list of exact lines.
        optional "headers" headers: Entries<'n, &'n Node> as ExpectedHeaders,
        /// `<empty>`: no octets at all.
        optional "body" body: &'n Node as EmptyBody,
        /// A schema file below `schemas/`, or a schema in place.
        optional "schema" schema: &'n Node as SchemaUse,
        /// Do the checks of the body hold where there is no body at all?
        optional "or-empty" or_empty: bool,
        /// A pattern; objects may have other members.
        optional "json" json: &'n Node as Pattern,
        /// A pattern; objects have exactly these members.
        optional "json-exactly" json_exactly: &'n Node as Pattern,
        /// A text or a text marker.
        optional "text" text: Text<'n> as TextPattern,
        /// Conditions on nodes selected by JSONPath.
        optional "select" select: Vec<SelectionFormat<'n>>,
    }
}

record! {
    /// Conditions on the nodes that a JSONPath selects.
    SelectionFormat, "a selection" {
        /// JSONPath (RFC 9535).
        expected "path" path: Text<'n> as Selector,
        /// May nothing be selected? Else `each`, `unique` and `subset-of` fail then.
        optional "or-none" or_none: bool,
        /// Every node matches this pattern.
        optional "each" each: &'n Node as Pattern,
        /// At least one node matches this pattern.
        optional "some" some: &'n Node as Pattern,
        /// No node matches this pattern.
        optional "none" none: &'n Node as Pattern,
        /// How many nodes: a number, or `{ min, max }`.
        optional "count" count: &'n Node as Count,
        /// No two nodes are equal.
        optional "unique" unique: bool,
        /// Exactly one node, equal to this.
        optional "equal" equal: &'n Node as Value,
        /// Every node is an element of this array.
        optional "subset-of" subset_of: &'n Node as Values,
        /// Every element of this array is a node.
        optional "superset-of" superset_of: &'n Node as Values,
        /// The same elements, each as often, in any order.
        optional "same-set" same_set: &'n Node as Values,
    }
}

record! {
    /// A contract: its requirements, and the names that its cases may use.
    ContractFile, "a contract" {
        /// The name of the directory.
        expected "contract" contract: Text<'n> as Kebab,
        /// One line for people.
        expected "title" title: Text<'n>,
        /// The service that requests go to unless they name another.
        expected "service" service: Text<'n>,
        /// All services of the contract.
        expected "services" services: Entries<'n, ServiceFormat<'n>>,
        /// Identities that cases may name, each with a line for people.
        optional "identities" identities: Entries<'n, Text<'n>> as DeclaredNames,
        /// Fixtures that cases may use, each with a line for people.
        optional "fixtures" fixtures: Entries<'n, Text<'n>> as DeclaredNames,
        /// Capabilities that cases may need, each with a line for people.
        optional "capabilities" capabilities: Entries<'n, Text<'n>> as DeclaredNames,
        /// Fixtures that cases change: on a target that is not this machine they are changed only when it says
        /// that they are disposable.
        optional "disposable" disposable: Vec<Text<'n>>,
        /// The requirement that an answer of 429 or 503 without Retry-After violates.
        optional "throttling" throttling: Text<'n>,
        /// What no check has to look at: `probity prove` accepts what survives there.
        optional "unchecked" unchecked: Vec<UncheckedFormat<'n>>,
        /// What its cases cannot undo: `probity prove` accepts that they leave it behind.
        optional "lasting" lasting: Vec<LastingFormat<'n>>,
        /// The numbered requirements.
        expected "requirements" requirements: Vec<RequirementFormat<'n>>,
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
    /// Something that cases of the contract cannot undo, and why that is right.
    LastingFormat, "an entry of `lasting`" {
        /// The place in the state of the reference deployment, or several, as `probity prove` tells it.
        required "at" at: Names<'n>,
        /// Why it stays.
        required "reason" reason: Text<'n>,
    }
}

record! {
    /// A service of a contract.
    ServiceFormat, "a service" {
        /// Where it stands below a bare `--target` URL, for example `/v1.0`.
        optional "mount" mount: Text<'n> as Mount,
    }
}

record! {
    /// One normative sentence.
    RequirementFormat, "a requirement" {
        /// Never reused, never renumbered.
        expected "id" id: Text<'n> as RequirementId,
        /// MUST, SHOULD or MAY.
        expected "level" level: &'n Node as Level,
        /// The sentence.
        expected "sentence" sentence: Text<'n>,
        /// Where the sentence comes from.
        expected "source" source: Text<'n>,
        /// How a test can see it.
        optional "observe" observe: Text<'n>,
        /// Why no black-box test can see it.
        optional "unobservable" unobservable: Text<'n>,
        /// It speaks of answers that need not come in every case, such as errors: one case that upholds it
        /// is enough, and a case that was skipped, or got another answer, leaves no gap.
        optional "one-is-enough" one_is_enough: bool,
    }
}

record! {
    /// A deployment: how to reach it, as whom, and what it offers.
    TargetFile, "a target" {
        /// How it is named in reports.
        expected "name" name: Text<'n>,
        /// Base URLs by service name.
        optional "services" services: Entries<'n, ServiceUse<'n>> as Urls,
        /// How services are reached that have no `network` of their own.
        optional "network" network: NetworkFormat<'n>,
        /// What makes a request somebody's, by full identity name: headers, `bearer`, `basic` or `oauth2`.
        optional "identities" identities: Entries<'n, IdentityFormat<'n>>,
        /// Values by full fixture name.
        optional "fixtures" fixtures: Entries<'n, &'n Node>,
        /// Capabilities it has, by full name.
        optional "capabilities" capabilities: Vec<Text<'n>>,
        /// `read`, `write`.
        optional "permits" permits: Vec<&'n Node> as Permits,
        /// Fixtures that cases may change; a target that is not this machine must say so of each.
        optional "disposable" disposable: Vec<Text<'n>>,
        /// A header that names the run in every request.
        optional "run-id" run_id: RunIdFormat<'n>,
        /// How gently it must be treated.
        optional "limits" limits: LimitsFormat<'n>,
        /// Requirements that do not apply to it, each with the reason.
        optional "not-applicable" not_applicable: Entries<'n, Text<'n>> as Reasons,
    }
}

record! {
    /// A service and the way to it.
    PlacedFormat, "a service" {
        /// The base URL.
        expected "url" url: Text<'n>,
        /// How it is reached: instead of the `network` of the target, not beside it.
        optional "network" network: NetworkFormat<'n>,
    }
}

/// A service of a target: its base URL, alone or with the way to it.
#[derive(Debug)]
pub(crate) struct ServiceUse<'n> {
    /// The base URL; `None` when it is missing, which is told.
    pub(crate) url: Option<Text<'n>>,
    /// The way to it, if it has one of its own.
    pub(crate) network: Option<NetworkFormat<'n>>,
}

impl<'n> Read<'n> for ServiceUse<'n> {
    fn read(node: &'n Node, diagnostics: &mut Vec<Diagnostic>) -> Option<Self> {
        let (url, network) = match &node.kind {
            Kind::Object(_) => {
                let placed = PlacedFormat::read(node, diagnostics)?;
                (placed.url, placed.network)
            }
            _ => (Text::read(node, diagnostics), None),
        };
        Some(ServiceUse { url, network })
    }
}

record! {
    /// How services are reached. Left out: straight, with the system's resolver and root certificates.
    NetworkFormat, "`network`" {
        /// PEM files with certificates that are trusted beside the system's.
        optional "ca" ca: Names<'n> as Files,
        /// Who we are in TLS.
        optional "client" client: ClientFormat<'n>,
        /// The name that the server's certificate must have, where it is not the host of the URL.
        optional "server-name" server_name: Text<'n>,
        /// Where names lead: `host` or `host:port`, to an address with or without a port.
        optional "resolve" resolve: Entries<'n, Text<'n>> as Addresses,
        /// What stands between: `http://host:port` or `socks5://host:port`. Always a tunnel.
        optional "proxy" proxy: &'n Node as ProxyUse,
        /// Hosts that are reached without the proxy; `.name` is every host below a name.
        optional "no-proxy" no_proxy: Names<'n> as Hosts,
        /// The socket that every connection goes to.
        optional "unix-socket" unix_socket: Text<'n>,
        /// Which HTTP is spoken. `2` without TLS is spoken without asking first.
        optional "http" http: &'n Node as HttpVersion,
        /// `false`: every request gets a connection of its own.
        optional "keep-alive" keep_alive: bool,
    }
}

record! {
    /// A client certificate, in PEM files.
    ClientFormat, "`client`" {
        /// The certificate, then those that lead to its authority.
        expected "certificate" certificate: Text<'n>,
        /// Its private key, not encrypted.
        expected "key" key: Text<'n>,
    }
}

record! {
    /// A proxy, and who we are to it.
    ProxyFormat, "`proxy`" {
        /// `http://host:port` or `socks5://host:port`.
        required "url" url: Text<'n>,
        /// The user.
        optional "user" user: Text<'n>,
        /// The password: `${env.NAME}`.
        optional "password" password: Text<'n>,
    }
}

record! {
    /// Bounds on what a run does to a target.
    LimitsFormat, "`limits`" {
        /// Requests under way at one time.
        optional "concurrency" concurrency: &'n Node as Positive,
        /// Requests started in one second.
        optional "per-second" per_second: &'n Node as Positive,
        /// For one exchange, for example `10s`.
        optional "timeout" timeout: &'n Node as Duration,
        /// For one connection to stand, for example `2s`.
        optional "connect-timeout" connect_timeout: &'n Node as Duration,
        /// The largest response body that is read, for example `16MiB`.
        optional "body" body: &'n Node as Size,
        /// How long one step may wait because answers of 429 and 503 ask for it, for example `30s`.
        optional "throttle-wait" throttle_wait: &'n Node as Duration,
        /// How long the whole run may stand still for that, for example `10m`.
        optional "throttle-total" throttle_total: &'n Node as Duration,
        /// How much longer than a case says its `eventually` may take: `3x`, or at least so long: `30s`.
        optional "eventually" eventually: &'n Node as Stretch,
        /// What is different for single services.
        optional "services" services: Entries<'n, ServiceLimitsFormat<'n>>,
    }
}

record! {
    /// Bounds for the requests to one service.
    ServiceLimitsFormat, "the limits of a service" {
        /// Requests to it under way at one time.
        optional "concurrency" concurrency: &'n Node as Positive,
        /// Requests to it started in one second, instead of what the target says.
        optional "per-second" per_second: &'n Node as Positive,
    }
}

record! {
    /// A header that names the run in every request.
    RunIdFormat, "`run-id`" {
        /// `traceparent` (W3C Trace Context), or another name: its value is 32 hexadecimal digits.
        required "header" header: Text<'n> as HeaderName,
    }
}

record! {
    /// Permissions to fail, each for a reason and until a day.
    WaiversFile, "a waiver file" {
        /// The waivers.
        required "waivers" waivers: Vec<WaiverFormat<'n>>,
    }
}

record! {
    /// Permission for one case to fail in one way.
    WaiverFormat, "a waiver" {
        /// The id of the case.
        required "case" case: Text<'n>,
        /// Waive only the failures that blame this requirement.
        optional "requirement" requirement: Text<'n> as RequirementId,
        /// `failure` (what is meant without it): a case that fails every time. `flaky`: one that fails now
        /// and then; it is forgiven only when it passed in another attempt of the same run (`--retries`).
        optional "kind" kind: Text<'n> as Forgiveness,
        /// The name of the target it holds for.
        required "target" target: Text<'n>,
        /// Why it may fail.
        required "reason" reason: Text<'n> as Said,
        /// Where it is being dealt with.
        optional "issue" issue: Text<'n>,
        /// Who answers for it.
        optional "owner" owner: Text<'n>,
        /// The day it was written.
        required "created" created: Text<'n> as Day,
        /// The last day on which it holds, at most 180 days after `created`.
        required "expires" expires: Text<'n> as Day,
        /// How it fails; `probity waive` writes these lines.
        required "fingerprint" fingerprint: Vec<Text<'n>>,
    }
}

/// The published JSON Schemas of our own files: name below `schemas/probity/`, and schema.
pub(crate) fn published() -> Vec<(&'static str, serde_json::Value)> {
    vec![
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
    ]
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
