//! Targets: a file, or a bare URL that borrows everything else from the suite's `targets/reference.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use serde_json::Value;

use super::contract::nearest_id;
use super::files;
use super::format::{LimitsFormat, TargetFile};
use super::names::find;
use super::node::{Key, Kind, Node};
use super::record::{Read, Record, Text, refuse};
use super::scalars::{is_token, read_duration, read_size};
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
                    diagnostics.push((*diagnostic).help("`--target` takes a target file or a URL that begins with http:// or https://"));
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
    if text.is_empty() {
        return Err("is empty".into());
    }
    if !text.contains("://") {
        return Err("has no scheme such as https://".into());
    }
    let url = url::Url::parse(text).map_err(|error| match error {
        url::ParseError::EmptyHost => "names no host".to_owned(),
        other => format!("is not a URL: {other}"),
    })?;
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
        return Err("holds credentials, which stand under `identities`".into());
    }
    if url.query().is_some() {
        return Err("holds a query, which a base URL cannot have".into());
    }
    if url.fragment().is_some() {
        return Err("holds a fragment, which a base URL cannot have".into());
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
        None => (
            format
                .name
                .map_or_else(String::new, |name| name.value.to_owned()),
            reader.services(&format),
        ),
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
        if entries.is_empty() && !format.is_flawed() {
            let at = format.node().beginning();
            self.diagnostics.push(
                Diagnostic::error("target/no-services", at, "the target names no services")
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
            match self.fill(*text).map(|filled| base_url(&filled)) {
                Some(Ok(base)) => {
                    services.insert(key.text.clone(), base);
                }
                Some(Err(message)) => {
                    let message = format!("the base URL {message}");
                    self.diagnostics.push(
                        Diagnostic::error("target/url", text.span, message)
                            .help("write a base URL such as https://graph.example/v1.0"),
                    );
                }
                None => {}
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
                if !is_token(&name.text) {
                    let message =
                        format!("`{}` is not the name of a header", name.text.escape_debug());
                    self.diagnostics.push(Diagnostic::error(
                        "target/header-name",
                        name.span,
                        message,
                    ));
                }
                let Some(filled) = self.fill(*value) else {
                    continue;
                };
                if filled.contains(['\r', '\n', '\0']) {
                    let message = format!("the value of `{}` holds a line end or NUL", name.text);
                    self.diagnostics.push(Diagnostic::error(
                        "target/header-value",
                        value.span,
                        message,
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
            let value = self.fill_value(value);
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
                let diagnostic = Diagnostic::error(
                    "target/unknown-requirement",
                    key.span,
                    format!("no contract of the suite has a requirement `{}`", key.text),
                );
                self.diagnostics.push(match nearest_id(&key.text, all) {
                    Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
                    None => diagnostic,
                });
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
            match permit.as_text() {
                Some("write") => write = true,
                Some("read") => {}
                other => refuse(permit, self.diagnostics, || {
                    let message =
                        format!("expected `read` or `write`, found {}", permit.describe());
                    Diagnostic::error("target/permits", permit.span, message)
                        .suggest(other.unwrap_or(""), ["read", "write"])
                }),
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
        let is_loaded = self
            .suite
            .contracts
            .iter()
            .any(|contract| contract.name == prefix);
        let diagnostic = Diagnostic::error(
            "target/unknown-name",
            key.span,
            format!(
                "no contract of the suite declares the {what} `{}`",
                key.text
            ),
        );
        let own = |name: &&str| name.split_once('.').is_some_and(|(_, own)| own == key.text);
        let near = nearest(&key.text, declared().map(String::as_str))
            .or_else(|| declared().map(String::as_str).find(own));
        let diagnostic = match near {
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if is_loaded => {
                diagnostic.help(format!("declare it in cases/{prefix}/contract.yaml"))
            }
            None if key.text.contains('.') => {
                diagnostic.help(format!("the suite has no contract `{prefix}`"))
            }
            None => diagnostic.help("names of a target are full names: presence.online"),
        };
        self.diagnostics.push(if is_loaded || near.is_some() {
            diagnostic
        } else {
            diagnostic.as_warning()
        });
    }

    fn fill_value(&mut self, node: &Node) -> Value {
        match &node.kind {
            Kind::Text(text) => {
                let text = Text {
                    value: text,
                    span: node.span,
                };
                Value::String(self.fill(text).unwrap_or_default())
            }
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

    /// Fills in `${env.NAME}`; `None` when that cannot be done, which is told. What comes from there is a secret.
    fn fill(&mut self, text: Text<'_>) -> Option<String> {
        let mut filled = String::new();
        let mut is_whole = true;
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
            let span = find(self.sources, text.span, &hole[..end]);
            match self.hole(&hole[..end], span) {
                Some(value) => filled.push_str(&value),
                None => is_whole = false,
            }
            rest = &hole[end..];
        }
        filled.push_str(rest);
        is_whole.then_some(filled)
    }

    /// The value of `${env.NAME}`.
    fn hole(&mut self, hole: &str, span: Span) -> Option<String> {
        let error = |message: String| Diagnostic::error("target/template", span, message);
        let Some(inside) = hole
            .strip_prefix("${")
            .and_then(|hole| hole.strip_suffix('}'))
        else {
            let message = "`${` is not closed by `}`".to_owned();
            self.diagnostics
                .push(error(message).help("write `$${` for a literal `${`"));
            return None;
        };
        let inside = inside.trim();
        let name = inside.strip_prefix("env.").unwrap_or("");
        if !name.is_empty() {
            return self.variable(name, span);
        }
        let diagnostic = error(format!("`{hole}` has no meaning in a target"));
        let is_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        let is_bare = !inside.is_empty() && inside.chars().all(is_variable);
        self.diagnostics.push(if is_bare {
            diagnostic.help(format!("did you mean `${{env.{inside}}}`?"))
        } else {
            diagnostic
                .help("a target takes values from environment variables only: `${env.NAME}`")
                .help("write `$${` for a literal `${`")
        });
        None
    }

    fn variable(&mut self, name: &str, span: Span) -> Option<String> {
        let Some(value) = (self.environment)(name).filter(|value| !value.is_empty()) else {
            let message = format!("the environment variable `{name}` is not set");
            self.diagnostics.push(
                Diagnostic::error("target/missing-variable", span, message)
                    .help(format!("set it before the run: {name}=... probity run ...")),
            );
            return None;
        };
        if value.chars().count() < SHORTEST_SECRET {
            self.diagnostics.push(
                Diagnostic::error("target/short-secret", span, format!("the value of `{name}` is too short to be hidden in reports"))
                    .help(format!("what comes from the environment is secret; it needs at least {SHORTEST_SECRET} characters"))
                    .help("write a value that is no secret into the file itself"),
            );
        }
        self.secrets.push(Secret::new(value.clone()));
        Some(value)
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
        .filter(|(_, value)| !value.has_broken() && !sources.slice(value.span).contains("${"))
        .map(|(key, value)| (key.text.clone(), value.to_json()))
        .collect()
}

fn read_limits(format: Option<&LimitsFormat<'_>>, diagnostics: &mut Vec<Diagnostic>) -> Limits {
    let mut limits = Limits::default();
    let Some(format) = format else { return limits };
    if let Some(number) = format
        .concurrency
        .and_then(|node| positive(node, 1024, diagnostics))
    {
        limits.concurrency = usize::try_from(number).unwrap_or(1);
    }
    if let Some(node) = format.per_second {
        limits.per_second = positive(node, 1_000_000, diagnostics);
    }
    let durations = [
        (format.timeout, &mut limits.timeout),
        (format.connect_timeout, &mut limits.connect_timeout),
        (format.throttle_wait, &mut limits.throttle_wait),
    ];
    for (node, limit) in durations {
        if let Some(read) = node.and_then(|node| read_duration(node, diagnostics)) {
            *limit = read;
        }
    }
    if let Some(octets) = format.body.and_then(|node| read_size(node, diagnostics)) {
        limits.body = octets;
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
        refuse(node, diagnostics, || {
            let found = node.describe();
            let message = format!("expected a whole number from 1 to {most}, found {found}");
            Diagnostic::error("format/number", node.span, message)
        });
    }
    number
}

#[cfg(test)]
mod tests {
    use super::super::testing::{CONTRACT, Wanted, load};
    use super::*;

    const REFERENCE: &str = "
name: reference
identities: { demo.reader: { Authorization: Bearer reader } }
fixtures: { demo.user: ada }
capabilities: [demo.search]
permits: [read, write]
limits: { timeout: 3s }
";

    fn suite() -> Suite {
        load(&[
            (Wanted::CONTRACT, CONTRACT),
            ("targets/reference.yaml", REFERENCE),
        ])
        .suite
    }

    /// What a target file becomes, and how many warnings there are.
    fn read(text: &str) -> Result<(Target, usize), Vec<String>> {
        let mut suite = suite();
        let file = suite.sources.add("target.yaml", text);
        let environment = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
        let mut told = Vec::new();
        let target = super::read_file(file, &suite, None, &environment, &mut told);
        let errors: Vec<String> = told
            .iter()
            .filter(|told| told.severity == Severity::Error)
            .map(|told| told.message.clone())
            .collect();
        match target {
            Some(target) if errors.is_empty() => Ok((target, told.len())),
            _ => Err(errors),
        }
    }

    fn url(base: &str) -> Target {
        let choice = TargetChoice::Url {
            base: base.to_owned(),
            name: "url".to_owned(),
        };
        load_target(&choice, &mut suite(), &|_| None).unwrap().0
    }

    #[test]
    fn a_variable_fills_every_place_and_is_a_secret() {
        let text = "
name: staging
services: { users: \"https://${env.TOKEN}.example/\" }
identities: { demo.reader: { Authorization: \"Bearer ${env.TOKEN} $${x}\" } }
fixtures: { demo.user: { id: [\"${env.TOKEN}\", 1] } }
";
        let (target, _) = read(text).unwrap();
        assert_eq!(target.services["users"], "https://s3cret.example");
        let (name, value) = &target.identities["demo.reader"].headers[0];
        assert_eq!(
            (name.as_str(), value.expose()),
            ("Authorization", "Bearer s3cret ${x}")
        );
        assert_eq!(
            target.fixtures["demo.user"],
            serde_json::json!({ "id": ["s3cret", 1] })
        );
        assert!(
            target
                .secrets
                .iter()
                .all(|secret| secret.expose() == "s3cret")
        );
        assert_eq!(target.secrets.len(), 3);
    }

    #[test]
    fn a_bare_url_carries_all_services_and_borrows_the_rest() {
        let target = url("http://127.0.0.1:4040/api/");
        assert_eq!(target.name, "url");
        assert_eq!(target.services["users"], "http://127.0.0.1:4040/api/v1");
        assert_eq!(target.services["audit"], "http://127.0.0.1:4040/api");
        assert_eq!(target.fixtures["demo.user"], "ada");
        assert!(target.capabilities.contains("demo.search"));
        assert_eq!(target.limits.timeout.as_secs(), 3);
    }

    #[test]
    fn only_a_loopback_target_may_be_changed_without_saying_so() {
        let permits = |url: &str, more: &str| {
            let text = format!("name: a\nservices: {{ users: \"{url}\" }}\n{more}");
            read(&text).unwrap().0.permits_write
        };
        for loopback in [
            "http://127.0.0.1:1",
            "http://localhost/x",
            "http://[::1]:8080",
        ] {
            assert!(permits(loopback, ""), "{loopback}");
            assert!(!permits(loopback, "permits: [read]"), "{loopback}");
        }
        for remote in [
            "https://a.example",
            "http://10.0.0.1",
            "http://127.0.0.1.example",
        ] {
            assert!(!permits(remote, ""), "{remote}");
            assert!(permits(remote, "permits: [read, write]"), "{remote}");
        }
    }

    #[test]
    fn what_the_reference_permits_does_not_travel_with_a_url() {
        assert!(url("http://127.0.0.1:4040").permits_write);
        assert!(!url("https://a.example").permits_write);
    }

    #[test]
    fn a_name_of_a_contract_outside_the_suite_is_only_a_warning() {
        let text = |name: &str| {
            format!(
                "name: a\nservices: {{ users: \"http://a.example\" }}\nfixtures: {{ {name}: 1 }}"
            )
        };
        assert_eq!(read(&text("elsewhere.thing")).unwrap().1, 1);
        assert_eq!(
            read(&text("demo.usr")).unwrap_err(),
            ["no contract of the suite declares the fixture `demo.usr`"]
        );
    }

    #[test]
    fn a_base_url_is_shown_without_credentials() {
        assert_eq!(
            base_url("https://a.example/v1/").unwrap(),
            "https://a.example/v1"
        );
        for url in [
            "",
            "a.example",
            "ftp://a",
            "https://",
            "https://u:p@a",
            "https://a?b",
            "https://a#b",
        ] {
            assert!(base_url(url).is_err(), "{url}");
        }
        assert!(!without_credentials("https://u:p@a").contains("u:p"));
    }
}
