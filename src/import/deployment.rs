//! A suite with a deployment to test: its target file has the URL of the service, and its project file names that file.

use crate::import::Imported;
use crate::import::yaml::{Entry, Yaml, file};
use crate::load::BaseUrl;

/// The target file of a suite.
pub(crate) const TARGET: &str = "targets/reference.yaml";

/// Files whose target is a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployed {
    /// The files: path in the suite, and text.
    pub files: Vec<(String, String)>,
    /// The URL of the service in them.
    pub url: String,
}

impl Imported {
    /// The files for a deployment at a URL. One without a path is completed by the path of the server in the document.
    pub fn deployed(&self, at: &BaseUrl) -> Deployed {
        let has_path = at.text != at.origin;
        let mount = self.mount.as_deref().filter(|_| !has_path);
        let url = format!("{}{}", at.text, mount.unwrap_or_default());
        let files = self.files.iter().map(|(name, text)| {
            let text = match name.as_str() {
                TARGET => with_services(text, &self.service, &url, at.is_local),
                PROJECT => project(TARGET),
                _ => text.clone(),
            };
            (name.clone(), text)
        });
        Deployed {
            files: files.collect(),
            url,
        }
    }

    /// The files for the demo service inside Probity.
    pub fn on_demo(&self) -> Vec<(String, String)> {
        let files = self.files.iter().map(|(name, text)| {
            let text = match name.as_str() {
                PROJECT => project("demo"),
                _ => text.clone(),
            };
            (name.clone(), text)
        });
        files.collect()
    }
}

/// The project file of a suite.
pub(crate) const PROJECT: &str = "probity.yaml";

/// A project file that names a target.
pub(crate) fn project(target: &str) -> String {
    let comments = [
        "yaml-language-server: $schema=.probity/project.schema.json".to_owned(),
        "Commands in this directory use its suite, and this target unless `--target` names another: a target file, or a URL."
            .to_owned(),
    ];
    file(&comments, &[Entry::new("target", Yaml::text(target))])
}

/// The entries of a target file that say where its service is, and what may be done to it.
pub(crate) fn services(service: &str, url: &str, is_local: bool) -> Vec<Entry> {
    let entry = Entry::new(service, Yaml::text(url));
    let mut entries = vec![Entry::new("services", Yaml::Block(vec![entry]))];
    if !is_local {
        entries.extend(only_reading());
    }
    entries
}

/// The entries of a target file for a service on another machine: it is only read, and slowly.
pub(crate) fn only_reading() -> [Entry; 2] {
    let permits = Entry::new("permits", Yaml::list([Yaml::text("read")]));
    let permits = permits.beside("add `write` to run the cases with `effect: write`");
    let limits = [("concurrency", 4), ("per-second", 20)];
    let limits = limits.map(|(key, number)| Entry::new(key, Yaml::scalar(&number.into())));
    [permits, Entry::new("limits", Yaml::map(limits))]
}

/// The text of a target file with a service, below its name.
fn with_services(text: &str, service: &str, url: &str, is_local: bool) -> String {
    let added = file(&[], &services(service, url, is_local));
    let mut lines = String::new();
    let mut is_added = false;
    for line in text.split_inclusive('\n') {
        lines.push_str(line);
        if !is_added && line.starts_with("name:") {
            lines.push_str(&added);
            is_added = true;
        }
    }
    if !is_added {
        lines.push_str(&added);
    }
    lines
}
