//! Targets: a file, or a bare URL that borrows everything else from the suite's `targets/reference.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::case::read_duration;
use super::files;
use super::format::{LimitsFormat, TargetFile};
use super::names::find;
use super::node::{Key, Kind, Node};
use super::record::{Read, Text};
use super::scalars;
use super::yaml;
use crate::model::{
    Diagnostic, FileId, Identity, Limits, Secret, Severity, Sources, Span, Suite, Target, nearest,
};

/// Values shorter than this cannot be hidden without hiding half of every report.
const SHORTEST_SECRET: usize = 4;

/// Which deployment is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TargetChoice {
    /// A target file.
    File(PathBuf),
    /// Everything stands under this URL; identities and fixtures come from the suite's `targets/reference.yaml`.
    Url {
        /// `http://127.0.0.1:4040`, with or without a trailing slash.
        base: String,
        /// How the target is named in reports.
        name: String,
    },
}

/// Where `${env.NAME}` comes from; tests give their own.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Loads a target for a suite. The file joins the suite's sources, so that diagnostics can show it.
///
/// Warnings come back beside the target.
///
/// # Errors
///
/// Everything that is wrong with the file or the URL, and every environment variable that is missing.
pub fn load_target(
    choice: &TargetChoice,
    suite: &mut Suite,
    environment: Environment<'_>,
) -> Result<(Target, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut diagnostics = Vec::new();
    let target = match choice {
        TargetChoice::File(path) => {
            match files::read_file(path) {
                Ok(text) => {
                    let file = suite.sources.add(path.display().to_string(), text);
                    read_file(file, suite, None, environment, &mut diagnostics)
                }
                Err(diagnostic) => {
                    diagnostics.push(diagnostic.help("`--target` takes a target file or a URL that begins with http:// or https://"));
                    None
                }
            }
        }
        TargetChoice::Url { base, name } => {
            let services = below(base, suite, &mut diagnostics);
            match suite.reference_target {
                Some(file) => read_file(
                    file,
                    suite,
                    Some((name, services)),
                    environment,
                    &mut diagnostics,
                ),
                None => Some(bare(name, services)),
            }
        }
    };
    let is_broken = diagnostics
        .iter()
        .any(|diagnostic| diagnostic.severity == Severity::Error);
    match target {
        Some(target) if !is_broken => Ok((target, diagnostics)),
        _ => Err(diagnostics),
    }
}

/// A URL and nothing else: for a suite that needs no identities and no fixtures.
fn bare(name: &str, services: BTreeMap<String, String>) -> Target {
    Target {
        name: name.to_owned(),
        given: None,
        permits_write: services.values().all(|url| is_loopback(url)),
        services,
        identities: BTreeMap::new(),
        fixtures: BTreeMap::new(),
        capabilities: BTreeSet::new(),
        limits: Limits::default(),
        not_applicable: BTreeMap::new(),
        secrets: Vec::new(),
    }
}

/// Every service of the suite below one base URL.
fn below(base: &str, suite: &Suite, diagnostics: &mut Vec<Diagnostic>) -> BTreeMap<String, String> {
    match base_url(base) {
        Ok(base) => suite
            .contracts
            .iter()
            .flat_map(|contract| &contract.services)
            .map(|(name, service)| (name.clone(), format!("{base}{}", service.mount)))
            .collect(),
        Err(message) => {
            diagnostics.push(
                Diagnostic::error_without_place(
                    "target/url",
                    format!("the target `{}` {message}", without_credentials(base)),
                )
                .help("write a base URL such as http://127.0.0.1:4040"),
            );
            BTreeMap::new()
        }
    }
}

/// The URL without what stands before `@`: that may be a password.
fn without_credentials(url: &str) -> String {
    match (url.find("://"), url.rfind('@')) {
        (Some(scheme), Some(at)) if scheme < at => {
            format!("{}...{}", &url[..scheme + 3], &url[at..])
        }
        _ => url.to_owned(),
    }
}

/// Checks a base URL and takes its trailing slash away.
fn base_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| format!("is not a URL: {error}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!(
            "has the scheme `{}`, not http or https",
            url.scheme()
        ));
    }
    if url.host_str().is_none_or(str::is_empty) {
        return Err("names no host".into());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("holds credentials: put them under `identities`".into());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("holds a query or a fragment, which a base URL cannot have".into());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn is_loopback(base: &str) -> bool {
    let host = url::Url::parse(base).ok();
    match host.as_ref().and_then(url::Url::host) {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// `overridden` is the name and the services of a bare URL.
fn read_file(
    file: FileId,
    suite: &Suite,
    overridden: Option<(&String, BTreeMap<String, String>)>,
    environment: Environment<'_>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Target> {
    let node = yaml::parse(&suite.sources, file, diagnostics)?;
    let format = TargetFile::read(&node, diagnostics)?;
    let mut reader = TargetReader {
        suite,
        sources: &suite.sources,
        environment,
        secrets: Vec::new(),
        diagnostics,
    };
    let (name, services) = match overridden {
        Some((name, services)) => (name.clone(), services),
        None => (format.name.value.to_owned(), reader.services(&format)),
    };
    let identities = reader.identities(&format);
    let fixtures = reader.fixtures(&format);
    let capabilities = reader.capabilities(&format);
    let not_applicable = reader.not_applicable(&format);
    let permits_write = reader.permits_write(&format, &services);
    let secrets = std::mem::take(&mut reader.secrets);
    let limits = read_limits(format.limits.as_ref(), diagnostics);
    Some(Target {
        name,
        given: None,
        services,
        identities,
        fixtures,
        capabilities,
        permits_write,
        limits,
        not_applicable,
        secrets,
    })
}

struct TargetReader<'a> {
    suite: &'a Suite,
    sources: &'a Sources,
    environment: Environment<'a>,
    secrets: Vec<Secret>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl TargetReader<'_> {
    fn services(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, String> {
        let mut services = BTreeMap::new();
        let entries = format
            .services
            .as_ref()
            .map_or(&[][..], |entries| &entries.0);
        if entries.is_empty() {
            self.diagnostics.push(
                Diagnostic::error(
                    "target/no-services",
                    format.name.span,
                    "the target names no services",
                )
                .help("add `services:` with a base URL for each"),
            );
        }
        for (key, text) in entries {
            let declared = || {
                self.suite
                    .contracts
                    .iter()
                    .flat_map(|contract| contract.services.keys())
            };
            if !declared().any(|name| *name == key.text) {
                self.diagnostics.push(
                    Diagnostic::error(
                        "target/unknown-service",
                        key.span,
                        format!("no contract of the suite has a service `{}`", key.text),
                    )
                    .suggest(&key.text, declared().map(String::as_str)),
                );
            }
            let filled = self.fill(*text);
            match base_url(&filled) {
                Ok(base) => {
                    services.insert(key.text.clone(), base);
                }
                Err(message) => self.diagnostics.push(
                    Diagnostic::error("target/url", text.span, format!("the base URL {message}"))
                        .help("write a base URL such as https://graph.example/v1.0"),
                ),
            }
        }
        services
    }

    fn identities(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, Identity> {
        let mut identities = BTreeMap::new();
        for (key, headers) in format.identities.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "identity", |contract| &contract.identities);
            let mut identity = Identity::default();
            for (name, value) in &headers.0 {
                let filled = self.fill(*value);
                if filled.contains(['\r', '\n', '\0']) {
                    self.diagnostics.push(Diagnostic::error(
                        "target/header-value",
                        value.span,
                        format!("the value of `{}` holds a line end or NUL", name.text),
                    ));
                }
                identity
                    .headers
                    .push((name.text.clone(), Secret::new(filled)));
            }
            identities.insert(key.text.clone(), identity);
        }
        identities
    }

    fn fixtures(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, Value> {
        let mut fixtures = BTreeMap::new();
        for (key, value) in format.fixtures.iter().flat_map(|entries| &entries.0) {
            self.check_name(key, "fixture", |contract| &contract.fixtures);
            let value = self.fill_value(value.0);
            fixtures.insert(key.text.clone(), value);
        }
        fixtures
    }

    fn capabilities(&mut self, format: &TargetFile<'_>) -> BTreeSet<String> {
        let mut capabilities = BTreeSet::new();
        for text in format.capabilities.iter().flatten() {
            let key = Key {
                text: text.value.to_owned(),
                span: text.span,
            };
            self.check_name(&key, "capability", |contract| &contract.capabilities);
            capabilities.insert(key.text);
        }
        capabilities
    }

    fn not_applicable(&mut self, format: &TargetFile<'_>) -> BTreeMap<String, String> {
        let mut not_applicable = BTreeMap::new();
        for (key, reason) in format.not_applicable.iter().flat_map(|entries| &entries.0) {
            if self.suite.requirement(&key.text).is_none() {
                let all = self
                    .suite
                    .contracts
                    .iter()
                    .flat_map(|contract| &contract.requirements);
                let known = all.map(|requirement| requirement.id.as_str());
                let diagnostic = Diagnostic::error(
                    "target/unknown-requirement",
                    key.span,
                    format!("no contract of the suite has a requirement `{}`", key.text),
                );
                self.diagnostics.push(diagnostic.suggest(&key.text, known));
            }
            if reason.value.trim().is_empty() {
                self.diagnostics.push(
                    Diagnostic::error(
                        "target/no-reason",
                        reason.span,
                        format!("`{}` is declared not applicable without a reason", key.text),
                    )
                    .help("say why: it stands in every report"),
                );
            }
            not_applicable.insert(key.text.clone(), reason.value.to_owned());
        }
        not_applicable
    }

    /// What the file says, or: loopback targets may be changed, others may not.
    fn permits_write(
        &mut self,
        format: &TargetFile<'_>,
        services: &BTreeMap<String, String>,
    ) -> bool {
        let Some(permits) = &format.permits else {
            return services.values().all(|url| is_loopback(url));
        };
        let mut write = false;
        for permit in permits {
            match permit.0.as_text() {
                Some("write") => write = true,
                Some("read") => {}
                other => {
                    let diagnostic = Diagnostic::error(
                        "target/permits",
                        permit.0.span,
                        format!("expected `read` or `write`, found {}", permit.0.describe()),
                    );
                    self.diagnostics
                        .push(diagnostic.suggest(other.unwrap_or(""), ["read", "write"]));
                }
            }
        }
        // A bare URL borrows the file of a loopback deployment: its permission does not travel with it.
        write && (format.services.is_some() || services.values().all(|url| is_loopback(url)))
    }

    /// Is a name declared by the contract that it begins with? A contract outside the suite is only worth a warning.
    fn check_name(
        &mut self,
        key: &Key,
        what: &str,
        names: fn(&crate::model::Contract) -> &BTreeMap<String, String>,
    ) {
        let declared = || {
            self.suite
                .contracts
                .iter()
                .flat_map(|contract| names(contract).keys())
        };
        if declared().any(|name| *name == key.text) {
            return;
        }
        let prefix = key.text.split('.').next().unwrap_or("");
        let diagnostic = Diagnostic::error(
            "target/unknown-name",
            key.span,
            format!(
                "no contract of the suite declares the {what} `{}`",
                key.text
            ),
        );
        let near = nearest(&key.text, declared().map(String::as_str));
        let diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None => diagnostic.help("names of a target are full names: presence.online"),
        };
        let is_loaded = self
            .suite
            .contracts
            .iter()
            .any(|contract| contract.name == prefix);
        self.diagnostics.push(if is_loaded || near.is_some() {
            diagnostic
        } else {
            diagnostic.as_warning()
        });
    }

    fn fill_value(&mut self, node: &Node) -> Value {
        match &node.kind {
            Kind::Text(text) => Value::String(self.fill(Text {
                value: text,
                span: node.span,
            })),
            Kind::List(items) => items.iter().map(|item| self.fill_value(item)).collect(),
            Kind::Object(entries) => Value::Object(
                entries
                    .iter()
                    .map(|(key, value)| (key.text.clone(), self.fill_value(value)))
                    .collect(),
            ),
            _ => node.to_json(),
        }
    }

    /// Fills in `${env.NAME}`. What comes from there is a secret.
    fn fill(&mut self, text: Text<'_>) -> String {
        let mut filled = String::new();
        let mut rest = text.value;
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                filled.push_str(&rest[..at - 1]);
                filled.push_str("${");
                rest = &rest[at + 2..];
                continue;
            }
            filled.push_str(&rest[..at]);
            let hole = &rest[at..];
            let end = hole.find('}').map_or(hole.len(), |end| end + 1);
            let inside = hole[..end]
                .trim_start_matches("${")
                .trim_end_matches('}')
                .trim();
            let span = find(self.sources, text.span, &hole[..end]);
            match inside.strip_prefix("env.") {
                Some(name) => filled.push_str(&self.variable(name, span)),
                None => self.diagnostics.push(
                    Diagnostic::error(
                        "target/template",
                        span,
                        format!("`{}` has no meaning in a target", &hole[..end]),
                    )
                    .help("a target takes values from environment variables only: `${env.NAME}`")
                    .help("write `$${` for a literal `${`"),
                ),
            }
            rest = &hole[end..];
        }
        filled.push_str(rest);
        filled
    }

    fn variable(&mut self, name: &str, span: Span) -> String {
        let Some(value) = (self.environment)(name).filter(|value| !value.is_empty()) else {
            self.diagnostics.push(
                Diagnostic::error(
                    "target/missing-variable",
                    span,
                    format!("the environment variable `{name}` is not set"),
                )
                .help(format!("set it before the run: {name}=... probity run ...")),
            );
            return String::new();
        };
        if value.chars().count() < SHORTEST_SECRET {
            self.diagnostics.push(
                Diagnostic::error("target/short-secret", span, format!("the value of `{name}` is too short to be hidden in reports"))
                    .help(format!("what comes from the environment is secret; it needs at least {SHORTEST_SECRET} characters"))
                    .help("write a value that is no secret into the file itself"),
            );
        }
        self.secrets.push(Secret::new(value.clone()));
        value
    }
}

/// The fixtures of a target file that take nothing from the environment; empty when the file cannot be read.
///
/// What is wrong with the file is told when it is used as a target.
pub(crate) fn literal_fixtures(sources: &Sources, file: FileId) -> BTreeMap<String, Value> {
    let node = yaml::parse(sources, file, &mut Vec::new());
    let fixtures = node.as_ref().and_then(|node| node.get("fixtures"));
    let Some(Kind::Object(entries)) = fixtures.map(|node| &node.kind) else {
        return BTreeMap::new();
    };
    entries
        .iter()
        .filter(|(_, value)| !sources.slice(value.span).contains("${"))
        .map(|(key, value)| (key.text.clone(), value.to_json()))
        .collect()
}

fn read_limits(format: Option<&LimitsFormat<'_>>, diagnostics: &mut Vec<Diagnostic>) -> Limits {
    let mut limits = Limits::default();
    let Some(format) = format else { return limits };
    if let Some(node) = &format.concurrency
        && let Some(number) = positive(node.0, 1024, diagnostics)
    {
        limits.concurrency = usize::try_from(number).unwrap_or(1);
    }
    if let Some(node) = &format.per_second {
        limits.per_second = positive(node.0, 1_000_000, diagnostics);
    }
    if let Some(timeout) = format
        .timeout
        .and_then(|text| read_duration(text, diagnostics))
    {
        limits.timeout = timeout;
    }
    if let Some(timeout) = format
        .connect_timeout
        .and_then(|text| read_duration(text, diagnostics))
    {
        limits.connect_timeout = timeout;
    }
    if let Some(wait) = format
        .throttle_wait
        .and_then(|text| read_duration(text, diagnostics))
    {
        limits.throttle_wait = wait;
    }
    if let Some(text) = format.body {
        match scalars::size(text.value) {
            Some(octets) => limits.body = octets,
            None => diagnostics.push(
                Diagnostic::error(
                    "format/size",
                    text.span,
                    format!("`{}` is not a size", text.value),
                )
                .help("write a whole number and a unit, at most 1 GiB: `64KiB`, `16MiB`"),
            ),
        }
    }
    limits
}

fn positive(node: &Node, most: u32, diagnostics: &mut Vec<Diagnostic>) -> Option<u32> {
    let number = match &node.kind {
        Kind::Number(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let number = number.filter(|number| (1..=most).contains(number));
    if number.is_none() {
        diagnostics.push(Diagnostic::error(
            "format/number",
            node.span,
            format!(
                "expected a whole number from 1 to {most}, found {}",
                node.describe()
            ),
        ));
    }
    number
}
