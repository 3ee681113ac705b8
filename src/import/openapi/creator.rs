//! Operations that create what others are about: a POST to a collection whose answer names what is new, where a DELETE
//! takes it away again.

use crate::import::literal;
use crate::import::name::{Names, kebab, singular, words};
use crate::import::openapi::created::{Creator, Undo};
use crate::import::openapi::fixture::{Use, parameter_name, resolved};
use crate::import::openapi::plan::Planned;
use crate::import::openapi::request::Requests;
use crate::import::openapi::sent::Content;
use crate::import::openapi::status;
use crate::import::yaml::{Entry, Yaml};

/// Finds all creators: those of shorter paths first, because others need them.
pub(crate) fn find(requests: &mut Requests<'_, '_>) {
    let plan = requests.plan;
    let mut posts: Vec<usize> = (0..plan.operations.len())
        .filter(|&at| plan.operations[at].operation.method == "POST")
        .collect();
    posts.sort_by_key(|&at| plan.operations[at].outline.len());
    let mut names = std::collections::BTreeMap::<String, Names>::new();
    for post in posts {
        let operation = &plan.operations[post];
        let item = format!("{}/{{}}", operation.outline.trim_end_matches('/'));
        let is_delete = |other: &Planned<'_>| {
            other.operation.method == "DELETE"
                && other.outline == item
                && other.contract == operation.contract
        };
        let Some(delete) = plan.operations.iter().position(is_delete) else {
            continue;
        };
        let given = names.entry(operation.contract.clone()).or_default();
        if let Some(creator) = creator(requests, post, delete, given) {
            requests.creators.insert(item, creator);
        }
    }
}

fn creator(
    requests: &mut Requests<'_, '_>,
    post: usize,
    delete: usize,
    names: &mut Names,
) -> Option<Creator> {
    let plan = requests.plan;
    let (created, deleted) = (&plan.operations[post], &plan.operations[delete]);
    let primary = status::primary(created);
    let (response, file) = plan
        .responses(created)
        .find(|(response, _)| response.status == primary)?;
    let parameter = deleted
        .operation
        .path
        .rsplit('{')
        .next()?
        .split('}')
        .next()?;
    let source = match file.and_then(|file| id_member(requests, file, parameter)) {
        Some(member) => {
            let is_simple = member
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
            let path = if is_simple {
                format!("$.{member}")
            } else {
                format!("$['{}']", member.replace('\'', "\\'"))
            };
            Yaml::text(path)
        }
        None if response.has_location => Yaml::map([
            Entry::new("header", Yaml::text("Location")),
            Entry::new("match", Yaml::text("([^/?#]+)/?$")),
        ]),
        None => return None,
    };
    let sent = requests.of(created, Use::Existing).ok()?;
    if matches!(&sent.body, Some(Content::Other(entry)) if matches!(&entry.value, Yaml::Text(text) if text.starts_with("${fixture.")))
    {
        return None;
    }
    let collection = created
        .operation
        .path
        .rsplit('/')
        .find(|part| !part.is_empty() && !part.contains('{'))?;
    let thing = names.give(singular(&kebab(collection, "thing")));
    let name = format!("add-{thing}");
    let undo = Undo {
        sent: requests.of(deleted, Use::Deleted).ok()?,
        capture: thing.clone(),
    };
    requests.forget(deleted);
    let proves = Yaml::list([Yaml::text(format!(
        "{}-{}",
        created.id(),
        status::part_of_id(&primary)
    ))]);
    let expect = Yaml::map([
        Entry::new("proves", proves),
        Entry::new("status", status::yaml(&primary)),
    ]);
    let title = if created.operation.summary.is_empty() {
        name.clone()
    } else {
        created.operation.summary.clone()
    };
    let step = Entry::new(
        &name,
        Yaml::Block(vec![
            Entry::new("title", Yaml::text(literal::template(&title))),
            sent.entry(),
            Entry::new("expect", Yaml::list([expect])),
            Entry::new("capture", Yaml::map([Entry::new(&thing, source)])),
            Entry::new("finally", undo.of(&sent.path)),
        ]),
    );
    let mut setup = sent.setup;
    setup.push(name);
    Some(Creator {
        contract: created.contract.clone(),
        setup,
        capture: thing,
        post,
        delete,
        step,
        undo,
    })
}

/// The member of an answer that names what is new.
fn id_member(requests: &Requests<'_, '_>, file: &str, parameter: &str) -> Option<String> {
    let plan = requests.plan;
    let schema = resolved(plan, plan.schemas.described(file)?)?;
    let mut parts = vec![schema.clone()];
    for part in schema
        .get("allOf")
        .and_then(|parts| parts.as_array())
        .into_iter()
        .flatten()
    {
        parts.extend(resolved(plan, part));
    }
    let members = parts
        .iter()
        .filter_map(|part| part.get("properties")?.as_object());
    let members: Vec<&String> = members.flat_map(serde_json::Map::keys).collect();
    let wanted = words(parameter);
    let by_name = |member: &&&String| words(member) == wanted;
    let generic = ["id", "key", "name", "uuid", "slug", "code", "number"];
    let last = wanted
        .last()
        .filter(|last| generic.contains(&last.as_str()));
    let found = members.iter().find(by_name).or_else(|| {
        let last = last?;
        members
            .iter()
            .find(|member| member.eq_ignore_ascii_case(last))
    });
    found.map(|member| (*member).clone())
}

impl Requests<'_, '_> {
    /// Forgets the fixture of an operation that nothing uses after all.
    fn forget(&mut self, planned: &Planned<'_>) {
        let Some(name) = crate::import::openapi::api::path_names(&planned.operation.path).last()
        else {
            return;
        };
        let own = parameter_name(&planned.operation.path, name);
        self.fixtures
            .forget(&planned.contract, &format!("{own}-to-delete"));
    }
}
