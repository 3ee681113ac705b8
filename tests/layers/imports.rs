//! The files of `src/`, and which of them each one imports.
//!
//! Reads `use` declarations and paths, without their comments and unit tests. A re-export counts as an import of the file
//! that defines the item.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// A module as a path: `["load", "yaml", "plain"]`; empty for `lib.rs`.
pub(crate) type Module = Vec<String>;

/// A source file without its comments and unit tests.
pub(crate) struct Source {
    /// The path below `src/`.
    pub(crate) path: String,
    pub(crate) module: Module,
    code: String,
}

impl Source {
    /// Is it compiled for tests only?
    pub(crate) fn is_test(&self) -> bool {
        let mut parts = self.module.iter();
        parts.any(|part| ["tests", "testing", "sample"].contains(&part.as_str()))
    }

    /// The names that paths begin with, those of outside crates among them.
    pub(crate) fn first_segments(&self) -> BTreeSet<&str> {
        static PATHS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?:^|[^:\w])(\w+)::").unwrap());
        let found = PATHS.captures_iter(&self.code);
        found.map(|found| found.get(1).unwrap().as_str()).collect()
    }

    /// The modules that `lib.rs` declares.
    pub(crate) fn declared_modules(&self) -> BTreeSet<&str> {
        static MODULES: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?m)^(?:pub(?:\(crate\))? )?mod (\w+);").unwrap());
        let found = MODULES.captures_iter(&self.code);
        found.map(|found| found.get(1).unwrap().as_str()).collect()
    }

    /// Every path in `use` declarations, spelled out: `use a::{b, c::d}` gives `a::b` and `a::c::d`.
    fn uses(&self) -> Vec<Vec<&str>> {
        static USES: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))?\s+)?use\s+([^;]+);").unwrap()
        });
        let declarations = USES.captures_iter(&self.code);
        let trees = declarations.map(|found| found.get(1).unwrap().as_str());
        trees
            .flat_map(|tree| spelled_out(Vec::new(), tree))
            .collect()
    }

    /// The re-exports of the file, spelled out.
    fn re_exports(&self) -> Vec<Vec<&str>> {
        static USES: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?m)^\s*pub(?:\([^)]*\))?\s+use\s+([^;]+);").unwrap());
        let declarations = USES.captures_iter(&self.code);
        let trees = declarations.map(|found| found.get(1).unwrap().as_str());
        trees
            .flat_map(|tree| spelled_out(Vec::new(), tree))
            .collect()
    }

    /// Paths written out in the code.
    fn paths(&self) -> Vec<Vec<&str>> {
        static PATHS: LazyLock<Regex> =
            LazyLock::new(|| Regex::new(r"(?:^|[^\w:])(\w+(?:::\w+)+)").unwrap());
        let found = PATHS.captures_iter(&self.code);
        found
            .map(|found| found.get(1).unwrap().as_str().split("::").collect())
            .collect()
    }

    /// A path from the root of the library; `None` for one that begins with something else.
    fn absolute(&self, path: &[&str], modules: &BTreeSet<Module>) -> Option<Module> {
        let ups = path.iter().take_while(|part| **part == "super").count();
        let (base, rest) = match path.first()? {
            &"crate" => (&[][..], &path[1..]),
            &"self" => (&self.module[..], &path[1..]),
            _ if ups > 0 => {
                let depth = self.module.len().checked_sub(ups)?;
                (&self.module[..depth], &path[ups..])
            }
            first => {
                let mut child = self.module.clone();
                child.push((*first).to_owned());
                if !modules.contains(&child) {
                    return None;
                }
                (&self.module[..], path)
            }
        };
        let rest = rest.iter().map(|part| (*part).to_owned());
        Some(base.iter().cloned().chain(rest).collect())
    }
}

/// The files of the library, and their imports of each other.
pub(crate) struct Imports {
    pub(crate) sources: Vec<Source>,
    edges: BTreeMap<Module, BTreeSet<Module>>,
}

impl Imports {
    pub(crate) fn read() -> Imports {
        let sources = sources();
        let modules: BTreeSet<Module> = sources.iter().map(|one| one.module.clone()).collect();
        let mut re_exports: BTreeMap<(Module, String), Module> = BTreeMap::new();
        for source in &sources {
            for path in source.re_exports() {
                let Some(absolute) = source.absolute(&path, &modules) else {
                    continue;
                };
                let Some((name, owner)) = absolute.split_last() else {
                    continue;
                };
                if modules.contains(owner) && owner != source.module {
                    re_exports.insert((source.module.clone(), name.clone()), owner.to_vec());
                }
            }
        }
        let mut edges: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
        for source in sources.iter().filter(|source| !source.is_test()) {
            let paths = source.uses().into_iter().chain(source.paths());
            let absolute = paths.filter_map(|path| source.absolute(&path, &modules));
            let files = absolute.filter_map(|path| file_of(&path, &modules, &re_exports));
            let others = files.filter(|file| *file != source.module);
            edges
                .entry(source.module.clone())
                .or_default()
                .extend(others);
        }
        Imports { sources, edges }
    }

    /// Each import as importing and imported module.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&Module, &Module)> {
        let edges = self.edges.iter();
        edges.flat_map(|(from, imported)| imported.iter().map(move |to| (from, to)))
    }

    /// Groups of files that import each other, directly or through others. A module and those inside it are one
    /// noun with its parts: imports between them do not count.
    pub(crate) fn circles(&self) -> Vec<BTreeSet<String>> {
        let mut edges: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
        for (from, to) in self.all() {
            if !from.starts_with(to) && !to.starts_with(from) {
                edges.entry(from).or_default().insert(to);
            }
        }
        let reached = |from| {
            let mut reached = BTreeSet::new();
            let mut open = vec![from];
            while let Some(next) = open.pop() {
                let targets = edges.get(next).into_iter().flatten();
                open.extend(targets.filter(|target| reached.insert(**target)));
            }
            reached
        };
        let reached: BTreeMap<&Module, BTreeSet<&Module>> =
            edges.keys().map(|from| (*from, reached(*from))).collect();
        let circles = reached.iter().map(|(from, targets)| {
            let back = targets
                .iter()
                .filter(|to| reached.get(*to).is_some_and(|them| them.contains(from)));
            back.map(|module| module.join("/")).collect::<BTreeSet<_>>()
        });
        let distinct: BTreeSet<_> = circles.filter(|circle| !circle.is_empty()).collect();
        distinct.into_iter().collect()
    }
}

/// The file in which a path ends, through re-exports.
fn file_of(
    path: &[String],
    modules: &BTreeSet<Module>,
    re_exports: &BTreeMap<(Module, String), Module>,
) -> Option<Module> {
    let longest = (1..=path.len())
        .rev()
        .find(|length| modules.contains(&path[..*length]))?;
    let module = path[..longest].to_vec();
    let Some(item) = path.get(longest) else {
        return Some(module);
    };
    match re_exports.get(&(module.clone(), item.clone())) {
        Some(owner) => {
            let mut further = owner.clone();
            further.push(item.clone());
            file_of(&further, modules, re_exports)
        }
        None => Some(module),
    }
}

/// The paths of a `use` tree, without their aliases.
fn spelled_out<'t>(prefix: Vec<&'t str>, tree: &'t str) -> Vec<Vec<&'t str>> {
    let tree = tree.trim();
    if tree.is_empty() {
        return Vec::new();
    }
    let segments = |text: &'t str| {
        let text = text.split(" as ").next().unwrap().trim();
        text.split("::")
            .map(str::trim)
            .filter(|part| !part.is_empty())
    };
    let Some((head, rest)) = tree.split_once('{') else {
        return vec![prefix.into_iter().chain(segments(tree)).collect()];
    };
    let inside = rest.trim_end().strip_suffix('}').unwrap();
    let prefix: Vec<&str> = prefix.into_iter().chain(segments(head)).collect();
    let mut depth = 0;
    let branches = inside.split(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    branches
        .flat_map(|branch| spelled_out(prefix.clone(), branch))
        .collect()
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    let sources = paths.into_iter().map(|path| {
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let code: Vec<&str> = code
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
            .collect();
        let path = path.strip_prefix(&root).unwrap().to_str().unwrap();
        let path = path.replace('\\', "/");
        let parts = path.strip_suffix(".rs").unwrap().split('/');
        let module = parts.filter(|part| !["mod", "lib"].contains(part));
        Source {
            module: module.map(str::to_owned).collect(),
            path,
            code: code.join("\n"),
        }
    });
    sources.filter(|source| source.path != "main.rs").collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            paths.push(path);
        }
    }
    paths.sort();
}
