//! What the writers of cases of one operation share.

use crate::import::literal;
use crate::import::name::{Names, kebab};
use crate::import::openapi::created::Creator;
use crate::import::openapi::document::Place;
use crate::import::openapi::fixture::thing;
use crate::import::openapi::location::Location;
use crate::import::openapi::plan::Planned;
use crate::import::openapi::request::Requests;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::response;
use crate::import::openapi::sent::Sent;
use crate::import::openapi::status;
use crate::import::openapi::unchecked::Unchecked;
use crate::import::yaml::{Entry, Yaml};

/// Everything about one operation as it is being written.
pub(crate) struct Writer<'w, 'p, 'd> {
    pub(crate) requests: &'w mut Requests<'p, 'd>,
    pub(crate) planned: &'p Planned<'d>,
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) cases: Vec<Yaml>,
    /// The statuses that cases get: each time one of several.
    pub(crate) provoked: Vec<Vec<String>>,
    pub(crate) ids: Names,
    /// Answers that nothing checks the content of, each with the reason.
    pub(crate) unchecked: Vec<Unchecked>,
}

impl Writer<'_, '_, '_> {
    /// Adds a case: of one request, or of steps if shared steps come before it.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a title is made for its case"
    )]
    ///
    /// Operations share the ids of cases: `get-pet-unknown` may be one of its own.
    pub(crate) fn case(
        &mut self,
        id: &str,
        title: String,
        setup: &[String],
        mut steps: Vec<Vec<Entry>>,
        rows: Option<Yaml>,
    ) {
        let names = &mut self.requests.names_of_cases;
        let names = names.entry(self.planned.contract.clone()).or_default();
        let mut entries = vec![
            Entry::new("id", Yaml::text(names.give(id.to_owned()))),
            Entry::new("title", Yaml::text(literal::template(&title))),
        ];
        if let Some(first) = entries.first_mut()
            && !self.cases.is_empty()
        {
            first.above.push(String::new());
        }
        if !self.planned.is_reading() || !setup.is_empty() {
            entries.push(Entry::new("effect", Yaml::text("write")));
        }
        entries.extend(rows.map(|rows| Entry::new("rows", rows)));
        if setup.is_empty() && steps.len() == 1 {
            entries.extend(steps.remove(0));
        } else {
            let used = setup
                .iter()
                .map(|name| Yaml::map([Entry::new("use", Yaml::text(name))]));
            let steps = used.chain(steps.into_iter().map(Yaml::Block));
            entries.push(Entry::new("steps", Yaml::Lines(steps.collect())));
        }
        self.cases.push(Yaml::Block(entries));
    }

    /// States that the last case changes the service.
    pub(crate) fn last_case_writes(&mut self) {
        let Some(Yaml::Block(entries)) = self.cases.last_mut() else {
            return;
        };
        if entries.iter().all(|entry| entry.key != "effect") {
            let at = entries.len().min(2);
            entries.insert(at, Entry::new("effect", Yaml::text("write")));
        }
    }

    /// The shared step that this operation is.
    pub(crate) fn own_creator(&self) -> Option<Creator> {
        let operations = &self.requests.plan.operations;
        let mut creators = self.requests.creators.values();
        let is_own = |creator: &&Creator| operations[creator.post].name == self.planned.name;
        creators.find(is_own).cloned()
    }

    /// Adds what undoes the last case.
    pub(crate) fn undo_last_case(&mut self, undo: Yaml) {
        if let Some(Yaml::Block(entries)) = self.cases.last_mut() {
            entries.push(Entry::new("finally", undo));
        }
    }

    /// Lets the last case undo what a service creates that accepts its request, which is `sent`, where the operation is a
    /// shared step. What only `finally` uses may be missing from a refusal.
    pub(crate) fn undo_if_accepted(&mut self, sent: &Sent) {
        let Some(creator) = self.own_creator() else {
            return;
        };
        let parts = creator.parts();
        let Some(Yaml::Block(entries)) = self.cases.last_mut() else {
            return;
        };
        let capture = Entry::new("capture", Yaml::Map(parts.captures));
        let steps = entries.iter_mut().find(|entry| entry.key == "steps");
        match steps.map(|entry| &mut entry.value) {
            Some(Yaml::Lines(steps)) => {
                if let Some(Yaml::Block(last)) = steps.last_mut() {
                    last.push(capture);
                }
            }
            _ => entries.push(capture),
        }
        self.undo_last_case(creator.undo.of(&sent.path));
    }

    /// Adds a case of a request that is refused.
    pub(crate) fn refused_case(
        &mut self,
        (id, title): (&str, String),
        sent: &Sent,
        (proves, statuses): (&Yaml, &[String]),
        level: Level,
        rows: Option<Yaml>,
    ) {
        let step = vec![sent.entry(), expect_any(proves, status::list(statuses))];
        self.case(id, title, &sent.setup, vec![step], rows);
        self.undo_if_accepted(sent);
        if level == Level::Should {
            self.allow_other_status();
        }
    }

    /// Lets the last case get a status that the document does not name.
    pub(crate) fn allow_other_status(&mut self) {
        if !response::names_every_status(self.planned) {
            return;
        }
        let rule = response::name_of_status_rule(self.planned);
        let reason = Yaml::text("the document names no status for this refusal");
        let exception = Entry::new("without", Yaml::map([Entry::new(rule, reason)]));
        if let Some(Yaml::Block(entries)) = self.cases.last_mut() {
            let first = ["rows", "request", "steps"];
            let at = entries
                .iter()
                .position(|entry| first.contains(&entry.key.as_str()));
            entries.insert(at.unwrap_or(entries.len()), exception);
        }
    }

    /// Writes above the rows of the last case how many more there would be.
    pub(crate) fn note_left_out(&mut self, count: usize) {
        let (rows, verb, them) = match count {
            0 => return,
            1 => ("row", "is", "it"),
            _ => ("rows", "are", "them"),
        };
        let comment = format!("{count} more {rows} {verb} left out: `probity fuzz` sends {them}");
        self.note("rows", comment);
    }

    /// Writes a comment above an entry of the last case.
    pub(crate) fn note(&mut self, key: &str, comment: String) {
        if let Some(Yaml::Block(entries)) = self.cases.last_mut()
            && let Some(entry) = entries.iter_mut().find(|entry| entry.key == key)
        {
            entry.above.push(comment);
        }
    }

    /// Has the operation parameters in its path?
    pub(crate) fn has_path_parameters(&self) -> bool {
        self.planned.parameters(Location::Path).next().is_some()
    }

    /// A unique last part of an id.
    pub(crate) fn part_of_id(&mut self, name: &str) -> String {
        self.ids.give(kebab(name, "value")).to_ascii_uppercase()
    }
}

/// The entry `expect` of a step with one block.
pub(crate) fn expect(id: &str, status: &str) -> Entry {
    let proves = Entry::new("proves", Yaml::list([Yaml::text(id)]));
    let block = Yaml::map([proves, Entry::new("status", status::yaml(status))]);
    Entry::new("expect", Yaml::Lines(vec![block]))
}

pub(crate) fn expect_any(proves: &Yaml, statuses: Yaml) -> Entry {
    let block = Yaml::map([
        Entry::new("proves", proves.clone()),
        Entry::new("status", statuses),
    ]);
    Entry::new("expect", Yaml::Lines(vec![block]))
}

/// The requirement of a status that a case gets.
pub(crate) fn require_status(
    writer: &mut Writer<'_, '_, '_>,
    status: &str,
    level: Level,
) -> String {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    let id = format!("{}-{}", planned.id(), status::part_of_id(status));
    let when = match status {
        "404" => format!("if the {} does not exist", thing(&planned.operation.path)),
        "401" | "403" => "if the request has no credentials".to_owned(),
        _ => "if the request is invalid".to_owned(),
    };
    if let Some(response) = planned.response(status) {
        let shown = status::words(&[status.to_owned()]);
        let remark = response::remark(response);
        let sentence = format!("{} returns {shown} {when}{remark}.", planned.title());
        let known = writer.requirements.iter().any(|known| known.id == id);
        if !known {
            writer.requirements.push(Requirement::new(
                plan,
                id.clone(),
                level,
                sentence,
                &response.place,
            ));
        }
    }
    id
}

/// How a request that is not legal is refused: the statuses, and how strongly the document says so.
pub(crate) fn illegal(writer: &Writer<'_, '_, '_>) -> (Vec<String>, Level) {
    let documented = ["400", "422"].into_iter();
    let documented = documented.filter(|status| writer.planned.response(status).is_some());
    let documented: Vec<String> = documented.map(str::to_owned).collect();
    if !documented.is_empty() {
        return (documented, Level::Must);
    }
    let level = match writer.planned.response("4XX") {
        Some(_) => Level::Must,
        None => Level::Should,
    };
    (vec!["4XX".into()], level)
}

/// The requirement that an illegal request is refused, and what a case about it proves. `when` says what is illegal.
pub(crate) fn require(
    writer: &mut Writer<'_, '_, '_>,
    part: &str,
    when: &str,
    name: &str,
    source: &Place<'_>,
) -> Yaml {
    let refused = illegal(writer);
    require_refused(writer, refused, part, when, name, source)
}

/// The same with other statuses.
pub(crate) fn require_refused(
    writer: &mut Writer<'_, '_, '_>,
    (statuses, level): (Vec<String>, Level),
    part: &str,
    when: &str,
    name: &str,
    source: &Place<'_>,
) -> Yaml {
    let requirement = refusal(writer, (&statuses, level), part, when, name, source);
    let mut proves = vec![Yaml::text(&requirement.id)];
    writer.requirements.push(requirement);
    if let [only] = statuses.as_slice()
        && level == Level::Must
    {
        proves.push(Yaml::text(require_status(writer, only, Level::Must)));
    }
    writer.provoked.push(statuses);
    Yaml::List(proves)
}

/// Requires that an illegal request is refused, without a case.
pub(crate) fn require_without_case(
    writer: &mut Writer<'_, '_, '_>,
    part: &str,
    when: &str,
    name: &str,
    source: &Place<'_>,
    why: &str,
) {
    let (statuses, level) = illegal(writer);
    let mut requirement = refusal(writer, (&statuses, level), part, when, name, source);
    requirement.without_case = why.into();
    writer.requirements.push(requirement);
}

fn refusal(
    writer: &mut Writer<'_, '_, '_>,
    (statuses, level): (&[String], Level),
    part: &str,
    when: &str,
    name: &str,
    source: &Place<'_>,
) -> Requirement {
    let planned = writer.planned;
    let part = writer.part_of_id(&format!("{part} {name}"));
    let id = format!("{}-{part}", planned.id());
    let shown = status::words(statuses);
    let sentence = format!("{} returns {shown} if {when}.", planned.title());
    Requirement::new(writer.requests.plan, id, level, sentence, source)
}
