//! What a document says of answers, as rules: every case that gets such an answer is held to them.

use crate::import::literal;
use crate::import::name::{Names, kebab};
use crate::import::openapi::api::{Media, Response, line};
use crate::import::openapi::header::{self, Checks};
use crate::import::openapi::plan::{HeaderSchema, Plan, Planned, is_json};
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::status;
use crate::import::openapi::unchecked::{self, Unchecked};
use crate::import::yaml::{Entry, Yaml};

/// The rules of an operation, and what they prove.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    pub(crate) all: Vec<Yaml>,
    pub(crate) requirements: Vec<Requirement>,
    /// Answers of which a part is not checked.
    pub(crate) unchecked: Vec<Unchecked>,
}

/// Responses that are described in the same way.
struct Group<'p, 'd> {
    /// The first of them.
    response: &'p Response<'d>,
    file: Option<&'p str>,
    /// Its required headers.
    headers: &'p [HeaderSchema],
    /// Why a part of the content was left out.
    gap: Option<String>,
    /// Is what is left of the schema checked?
    is_checked: bool,
    statuses: Vec<String>,
    /// The same as the document writes them.
    written: Vec<String>,
}

/// Makes the rules. `provoked` are the statuses that cases get: each time one of several.
pub(crate) fn rules(plan: &Plan<'_>, planned: &Planned<'_>, provoked: &[Vec<String>]) -> Rules {
    let mut made = Rules::default();
    for group in groups(plan, planned) {
        let status = &group.response.status;
        let mut blocks = Vec::new();
        let mut others = Vec::new();
        let id = format!("{}-{}", planned.id(), status::part_of_id(status));
        let is_provoked = provoked.iter().any(|statuses| {
            statuses
                .iter()
                .all(|status| covers(&group.statuses, status))
        });
        let without_case = if is_provoked {
            ""
        } else {
            "no case gets such a response"
        };
        let is_refusal = status == "default" || status::is_refusal(status);
        let answer = answer(planned, &group.statuses, is_refusal);
        let must = |id: String, what: &str, place| {
            let mut requirement =
                Requirement::new(plan, id, Level::Must, format!("{answer} {what}."), place);
            requirement.one_is_enough = is_refusal;
            requirement
        };
        let mut require = |id: String, what: &str, place| {
            let mut requirement = must(id, what, place);
            requirement.without_case = without_case.into();
            made.requirements.push(requirement);
        };
        let body = if planned.operation.method == "HEAD" {
            Vec::new()
        } else {
            body(plan, &group, &format!("{id}-BODY"))
        };
        if !body.is_empty() {
            require(
                format!("{id}-BODY"),
                &described(&group),
                &group.response.place,
            );
            blocks.extend(body);
        }
        if let Some(described) = without_form(&group.response.media) {
            let what = format!("matches the schema of its {described} body");
            let id = format!("{id}-BODY-SCHEMA");
            let mut requirement = must(id, &what, &group.response.place);
            requirement.without_case = "schemas of bodies that are not JSON are not derived".into();
            others.push(requirement);
        }
        if let Some(why) = &group.gap
            && planned.operation.method != "HEAD"
        {
            let what = match group.file {
                Some(file) => format!("the whole schema {}", stem(file)),
                None => "the body that the document describes".to_owned(),
            };
            let what = format!("matches {what}");
            let id = format!("{id}-BODY-WHOLE");
            let mut requirement = must(id, &what, &group.response.place);
            requirement.without_case = format!("it could not be read: {}", line(why));
            others.push(requirement);
        }
        for ((name, place), described) in group.response.headers.iter().zip(group.headers) {
            let id = format!("{id}-HEADER-{}", kebab(name, "x").to_ascii_uppercase());
            let (checks, what) = header_checks(plan, name, described);
            require(id.clone(), &what, place);
            for check in checks.all {
                let value = Yaml::map([Entry::new(name, Yaml::text(check))]);
                blocks.push(block(&id, vec![Entry::new("headers", value)]));
            }
            if let Some(why) = checks.gap {
                let what = format!("has the header `{name}`, which matches its whole schema");
                let mut requirement = must(format!("{id}-WHOLE"), &what, place);
                requirement.without_case = line(&why);
                others.push(requirement);
            }
        }
        made.unchecked.extend(left_unchecked(planned, &group));
        made.requirements.append(&mut others);
        if !blocks.is_empty() {
            let name = format!("{}-{}", planned.name, status.to_ascii_lowercase());
            made.all.push(rule(
                planned,
                &name,
                Some(status::list(&group.statuses)),
                blocks,
            ));
        }
    }
    made.requirements.extend(other_headers(plan, planned));
    made.unchecked
        .extend(unchecked::undescribed(planned, provoked));
    documented(plan, planned, &mut made);
    made
}

/// The checks of a header that every such answer has, and what they say of it. `described` is its schema, and why a part of
/// it could not be read.
fn header_checks(plan: &Plan<'_>, name: &str, (schema, gap): &HeaderSchema) -> (Checks, String) {
    let checks = schema.as_ref();
    let checks = checks.map(|schema| header::checks(plan, name, schema));
    let mut checks = checks.unwrap_or_default();
    checks.gap = gap.clone().or(checks.gap);
    let what = if checks.all.is_empty() {
        checks.all.push("<present>".into());
        format!("has the header `{name}`")
    } else if checks.gap.is_some() {
        format!("has the header `{name}`, which matches what can be checked of its schema")
    } else {
        format!("has the header `{name}`, which matches its schema")
    };
    (checks, what)
}

/// The answers of which the media type or the body is not checked, with the reason.
fn left_unchecked(planned: &Planned<'_>, group: &Group<'_, '_>) -> Vec<Unchecked> {
    let media = &group.response.media;
    let is_head = planned.operation.method == "HEAD";
    let names_types = unchecked::names_types(media, is_media_type);
    let reason = if group.gap.is_some() {
        "the schema of the body could not be read"
    } else if media.is_empty() || is_head {
        "the document does not describe the body"
    } else if !names_types {
        "the document allows any media type"
    } else if without_form(media).is_some() {
        "the schema of a body that is not JSON is not derived"
    } else {
        "the document has no schema for the body"
    };
    let checked = (names_types && !is_head, group.is_checked || is_head);
    unchecked::of_body(planned, &group.written, checked, reason)
}

/// Requirements about headers that answers need not have, and those that could not be read.
fn other_headers(plan: &Plan<'_>, planned: &Planned<'_>) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    for (response, _) in plan.responses(planned) {
        let status = &response.status;
        let statuses = match status.as_str() {
            "default" => status::others(planned),
            status => vec![status.to_owned()],
        };
        let is_refusal = status == "default" || status::is_refusal(status);
        let mut parts = Names::default();
        for (name, _) in &response.headers {
            parts.give(kebab(name, "x"));
        }
        for (name, place, why) in &response.other_headers {
            let part = parts.give(kebab(name, "x")).to_ascii_uppercase();
            let id = format!(
                "{}-{}-HEADER-{part}",
                planned.id(),
                status::part_of_id(status)
            );
            let (level, verb, why) = match why {
                Some(why) => (Level::Must, "has", why.as_str()),
                None => (Level::May, "may have", "the document does not require it"),
            };
            let answer = answer(planned, &statuses, is_refusal);
            let sentence = format!("{answer} {verb} the header `{}`.", line(name));
            let mut requirement = Requirement::new(plan, id, level, sentence, place);
            requirement.one_is_enough = is_refusal;
            requirement.without_case = why.into();
            requirements.push(requirement);
        }
    }
    requirements
}

/// The media type of which the document says more than a suite can check.
fn without_form<'m>(media: &'m [Media<'_>]) -> Option<&'m str> {
    let says_more = |media: &&Media<'_>| {
        let schema = media.schema.as_ref().map(|schema| schema.node.to_json());
        let is_plain = |schema: &serde_json::Value| {
            schema
                .get("type")
                .is_none_or(|kind| kind == "string" || kind == "any")
                && ["$ref", "allOf", "anyOf", "oneOf", "properties"]
                    .iter()
                    .all(|name| schema.get(name).is_none())
        };
        media.has_item_schema
            || !is_json(&media.name)
                && !media.name.contains('*')
                && schema.is_some_and(|schema| !is_plain(&schema))
    };
    media
        .iter()
        .find(says_more)
        .map(|media| media.name.as_str())
}

/// The subject of a sentence about answers.
fn answer(planned: &Planned<'_>, statuses: &[String], is_refusal: bool) -> String {
    let title = planned.title();
    match (statuses, is_refusal) {
        ([only], _) if only == "any" => format!("Every response of {title}"),
        (_, true) => format!("A {} response of {title}", status::words(statuses)),
        (_, false) => format!("The {} response of {title}", status::words(statuses)),
    }
}

/// What the document says of a body.
fn described(group: &Group<'_, '_>) -> String {
    let names: Vec<String> = group
        .response
        .media
        .iter()
        .map(|media| media.name.clone())
        .filter(|name| !name.contains('*'))
        .collect();
    let file = group.file.filter(|_| group.is_checked);
    let schema = file.map(|file| match group.gap {
        Some(_) => format!("matches what could be read of the schema {}", stem(file)),
        None => format!("matches the schema {}", stem(file)),
    });
    let parts = [
        (!names.is_empty()).then(|| format!("is {}", status::words(&names))),
        schema,
    ];
    parts
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" and ")
}

/// The name of a schema in a sentence.
fn stem(file: &str) -> &str {
    file.trim_end_matches(".schema.json")
}

/// Is a status, or a class of them, one of these?
fn covers(statuses: &[String], status: &str) -> bool {
    statuses
        .iter()
        .any(|one| one == "any" || status::includes(one, status))
}

/// The responses, with refusals of one description together.
fn groups<'p, 'd>(plan: &'p Plan<'d>, planned: &'p Planned<'d>) -> Vec<Group<'p, 'd>> {
    let mut groups: Vec<Group<'p, 'd>> = Vec::new();
    for ((response, file), headers) in plan.responses(planned).zip(&planned.headers) {
        let statuses = match response.status.as_str() {
            "default" => status::others(planned),
            status => vec![status.to_owned()],
        };
        if statuses.is_empty() {
            continue;
        }
        let names = |media: &[Media<'_>]| {
            media
                .iter()
                .map(|media| media.name.clone())
                .collect::<Vec<_>>()
        };
        let is_refusal = |status: &str| status == "default" || status::is_refusal(status);
        let same = groups.iter_mut().find(|group| {
            is_refusal(&group.response.status)
                && is_refusal(&response.status)
                && group.file == file
                && group.response.gap == response.gap
                && names(&group.response.media) == names(&response.media)
                && group.response.headers.is_empty()
                && response.headers.is_empty()
        });
        match same {
            Some(group) => {
                group.statuses.extend(statuses);
                group.written.push(response.status.clone());
                group.statuses = status::reduced(std::mem::take(&mut group.statuses));
            }
            None => groups.push(Group {
                response,
                file,
                headers,
                gap: gap(plan, response, file),
                is_checked: file.is_some_and(|file| plan.schemas.is_usable(file)),
                statuses,
                written: vec![response.status.clone()],
            }),
        }
    }
    groups
}

/// Why a part of what the document says of a body was left out.
fn gap(plan: &Plan<'_>, response: &Response<'_>, file: Option<&str>) -> Option<String> {
    let own = response.gap.clone();
    own.or_else(|| plan.schemas.gap(file?).map(str::to_owned))
}

/// The blocks about the body of an answer.
fn body(plan: &Plan<'_>, group: &Group<'_, '_>, id: &str) -> Vec<Yaml> {
    let media = &group.response.media;
    let schema = group
        .file
        .filter(|_| group.is_checked)
        .map(|file| Entry::new("schema", Yaml::text(format!("{}/{file}", plan.name))));
    let is_open = media.iter().any(|media| media.name.contains('*'));
    let names: Vec<&str> = media
        .iter()
        .map(|media| media.name.as_str())
        .filter(|name| is_media_type(name))
        .collect();
    let content_type = match names.as_slice() {
        _ if is_open => None,
        [] => None,
        [only] => Some(format!("<media-type {only}>")),
        several => {
            let types = several.iter().map(|name| literal::expression(name));
            Some(format!(
                "</^({})\\s*(;|$)/>",
                types.collect::<Vec<_>>().join("|")
            ))
        }
    };
    let header = |value: String| {
        Entry::new(
            "headers",
            Yaml::map([Entry::new("Content-Type", Yaml::text(value))]),
        )
    };
    let content_type = content_type.map(header);
    if media.iter().all(|media| is_json(&media.name)) {
        let checks: Vec<Entry> = content_type.into_iter().chain(schema).collect();
        return if checks.is_empty() {
            Vec::new()
        } else {
            vec![block(id, checks)]
        };
    }
    let is_xml = media.iter().all(|media| is_xml(&media.name));
    let well_formed = Yaml::map([Entry::new("well-formed", Yaml::Scalar(true.into()))]);
    let well_formed = Some(Entry::new("xml", well_formed)).filter(|_| is_xml);
    let mut blocks: Vec<Yaml> = content_type
        .into_iter()
        .map(|check| {
            block(
                id,
                std::iter::once(check).chain(well_formed.clone()).collect(),
            )
        })
        .collect();
    let json = media.iter().find(|media| is_json(&media.name));
    if let (Some(schema), Some(json)) = (schema, json) {
        let when = header(format!("<media-type {}>", json.name));
        blocks.push(block(
            id,
            vec![Entry::new("when", Yaml::map([when])), schema],
        ));
    }
    blocks
}

/// Is the media type XML? (RFC 7303)
fn is_xml(name: &str) -> bool {
    let name = name.split(';').next().unwrap_or("").trim();
    name == "application/xml" || name == "text/xml" || name.ends_with("+xml")
}

/// Is it a type and a subtype that a marker can name?
fn is_media_type(name: &str) -> bool {
    let token = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte))
    };
    let essence = name.split(';').next().unwrap_or("").trim();
    name == essence
        && essence
            .split_once('/')
            .is_some_and(|(kind, subtype)| token(kind) && token(subtype))
}

/// Does the document leave no other status open?
pub(crate) fn names_every_status(planned: &Planned<'_>) -> bool {
    let mut responses = planned.operation.responses.iter();
    !planned.operation.responses.is_empty()
        && responses.all(|response| response.status != "default")
}

/// The rule about documented statuses.
pub(crate) fn name_of_status_rule(planned: &Planned<'_>) -> String {
    format!("{}-status", planned.name)
}

/// Requires a documented status, where the document does not leave others open.
fn documented(plan: &Plan<'_>, planned: &Planned<'_>, made: &mut Rules) {
    if !names_every_status(planned) {
        return;
    }
    let responses = planned.operation.responses.iter();
    let statuses = responses.map(|response| response.status.clone()).collect();
    let statuses = status::reduced(statuses);
    let id = format!("{}-STATUS", planned.id());
    let place = planned
        .operation
        .place
        .get("responses")
        .unwrap_or_else(|| planned.operation.place.clone());
    let sentence = format!(
        "{} returns a documented status: {}.",
        planned.title(),
        status::words(&statuses)
    );
    made.requirements.push(Requirement::new(
        plan,
        id.clone(),
        Level::Should,
        sentence,
        &place,
    ));
    let name = name_of_status_rule(planned);
    let block = block(&id, vec![Entry::new("status", status::list(&statuses))]);
    made.all.push(rule(planned, &name, None, vec![block]));
}

fn rule(planned: &Planned<'_>, name: &str, status: Option<Yaml>, blocks: Vec<Yaml>) -> Yaml {
    let operation = format!("{} {}", planned.operation.method, planned.outline);
    let mut entries = vec![
        Entry::new("id", Yaml::text(name)),
        Entry::new("operation", Yaml::text(operation)),
    ];
    entries.extend(status.map(|status| Entry::new("status", status)));
    entries.push(Entry::new("expect", Yaml::Lines(blocks)));
    Yaml::Block(entries)
}

fn block(id: &str, checks: Vec<Entry>) -> Yaml {
    let mut entries = vec![Entry::new("proves", Yaml::list([Yaml::text(id)]))];
    entries.extend(checks);
    Yaml::Map(entries)
}

/// What the document says of a response, in parentheses behind a sentence; empty if that is nothing.
pub(crate) fn remark(response: &Response<'_>) -> String {
    let about = about(response);
    let says_nothing = [
        "",
        "error",
        "ok",
        "response",
        "success",
        "successful operation",
        "successful response",
    ];
    if says_nothing.contains(&about.to_lowercase().as_str()) {
        return String::new();
    }
    format!(" (\"{about}\")")
}

/// What the document says of a response, in a sentence.
pub(crate) fn about(response: &Response<'_>) -> String {
    line(&response.about)
}
