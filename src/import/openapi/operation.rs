//! The requirements, rules and cases of one operation.

use crate::import::name::{Names, lower_first};
use crate::import::openapi::api::path_names;
use crate::import::openapi::fixture::Use;
use crate::import::openapi::legal;
use crate::import::openapi::link;
use crate::import::openapi::media;
use crate::import::openapi::negotiation;
use crate::import::openapi::optional;
use crate::import::openapi::outgoing;
use crate::import::openapi::parameter;
use crate::import::openapi::plan::Planned;
use crate::import::openapi::refusal;
use crate::import::openapi::request::Requests;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::response::{self, Rules};
use crate::import::openapi::scope;
use crate::import::openapi::sent::Sent;
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, expect};
use crate::import::yaml::{Entry, Yaml};

/// What is written about an operation.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) requirements: Vec<Requirement>,
    pub(crate) rules: Rules,
    /// What is a legal request, where the document says so.
    pub(crate) legal: Option<Yaml>,
    pub(crate) cases: Vec<Yaml>,
}

/// Writes about an operation.
pub(crate) fn write(requests: &mut Requests<'_, '_>, at: usize) -> Written {
    let plan = requests.plan;
    let planned = &plan.operations[at];
    let mut writer = Writer {
        requests,
        planned,
        requirements: Vec::new(),
        cases: Vec::new(),
        provoked: Vec::new(),
        ids: Names::default(),
        unchecked: Vec::new(),
    };
    let sent = writer.success(at);
    let mut without_case = None;
    let mut legal = None;
    match &sent {
        Ok(sent) => {
            optional::write(&mut writer, at, sent);
            refusal::write(&mut writer, sent);
            legal = legal::entry(&writer);
            scope::write(&mut writer, sent);
            negotiation::write(&mut writer, sent);
        }
        Err(why) => without_case = Some(why.clone()),
    }
    media::write(&mut writer, at, sent.as_ref().ok());
    link::write(&mut writer, at, sent.as_ref().ok());
    writer.other_statuses();
    let Writer {
        mut requirements,
        cases,
        provoked,
        unchecked,
        ..
    } = writer;
    let mut rules = response::rules(plan, planned, &provoked);
    rules.unchecked.extend(unchecked);
    requirements.append(&mut rules.requirements);
    if let Some(why) = &without_case {
        rules.all.clear();
        rules.unchecked.clear();
        for requirement in &mut requirements {
            requirement.without_case.clone_from(why);
        }
    }
    requirements.extend(parameter::left_out(plan, planned));
    requirements.extend(outgoing::callbacks(plan, planned));
    Written {
        requirements,
        rules,
        legal,
        cases,
    }
}

impl Writer<'_, '_, '_> {
    /// The request that is accepted, and its case.
    fn success(&mut self, at: usize) -> Result<Sent, String> {
        let planned = self.planned;
        let plan = self.requests.plan;
        let primary = status::primary(planned);
        let (place, remark) = match planned.response(&primary) {
            Some(response) => (response.place.clone(), response::remark(response)),
            None => (planned.operation.place.clone(), String::new()),
        };
        let id = format!("{}-{}", planned.id(), status::part_of_id(&primary));
        let shown = status::words(std::slice::from_ref(&primary));
        let sentence = format!("{} returns {shown}{remark}.", planned.title());
        self.requirements.push(Requirement::new(
            plan,
            id.clone(),
            Level::Must,
            sentence,
            &place,
        ));
        let ends_with_parameter = planned.outline.ends_with("{}");
        let is_deleted = planned.operation.method == "DELETE" && ends_with_parameter;
        let sent = self.requests.of(
            planned,
            if is_deleted {
                Use::Deleted
            } else {
                Use::Existing
            },
        )?;
        if !planned.is_reading()
            && sent.setup.is_empty()
            && path_names(&planned.operation.path).next().is_some()
        {
            let last = sent
                .path
                .rfind("${fixture.")
                .map(|start| &sent.path[start..]);
            let last = last.and_then(|rest| rest.split_inclusive('}').next());
            if let Some(template) = last {
                self.requests.fixtures.change(plan, template);
            }
        }
        let expect = expect(&id, &primary);
        let creator = self
            .requests
            .creators
            .values()
            .find(|creator| creator.post == at || creator.delete == at)
            .cloned();
        let mut steps = Vec::new();
        match &creator {
            Some(creator) if creator.post == at => {
                self.case(
                    &planned.name,
                    self.title(),
                    &creator.setup,
                    Vec::new(),
                    None,
                );
                self.provoked.push(vec![primary.clone()]);
                return Ok(sent);
            }
            Some(_) => {
                steps.push(vec![sent.entry(), expect]);
                steps.extend(self.gone());
            }
            None => steps.push(vec![sent.entry(), expect]),
        }
        self.case(&planned.name, self.title(), &sent.setup, steps, None);
        if let Some(setup) = self.with_element(&sent) {
            let case = format!("{}-with-element", planned.name);
            let steps = vec![vec![sent.entry(), self::expect(&id, &primary)]];
            self.case(
                &case,
                "while the list has an element".into(),
                &setup,
                steps,
                None,
            );
        }
        self.provoked.push(vec![primary]);
        Ok(sent)
    }

    /// The steps before the request of a list, of which the last creates an element: an empty list shows nothing of them.
    fn with_element(&self, sent: &Sent) -> Option<Vec<String>> {
        let planned = self.planned;
        let item = format!("{}/{{}}", planned.outline.trim_end_matches('/'));
        let creator = self.requests.creators.get(&item)?;
        if planned.operation.method != "GET" || creator.contract != planned.contract {
            return None;
        }
        let mut setup = sent.setup.clone();
        for step in &creator.setup {
            if !setup.contains(step) {
                setup.push(step.clone());
            }
        }
        Some(setup)
    }

    /// After it is deleted, it is not found.
    fn gone(&mut self) -> Option<Vec<Entry>> {
        let plan = self.requests.plan;
        let planned = self.planned;
        let is_read = |other: &&Planned<'_>| {
            other.operation.method == "GET"
                && other.outline == planned.outline
                && other.contract == planned.contract
        };
        let read = plan.operations.iter().find(is_read)?;
        read.response("404")?;
        let sent = self.requests.of(read, Use::Existing).ok()?;
        Some(vec![
            sent.entry(),
            expect(&format!("{}-404", read.id()), "404"),
        ])
    }

    fn title(&self) -> String {
        match self.planned.operation.summary.as_str() {
            "" => self.planned.title(),
            summary => lower_first(summary),
        }
    }

    /// Statuses that the document names without saying when a request gets them.
    fn other_statuses(&mut self) {
        let planned = self.planned;
        let plan = self.requests.plan;
        let primary = status::primary(planned);
        for (response, _) in plan.responses(planned) {
            let status = &response.status;
            let id = format!("{}-{}", planned.id(), status::part_of_id(status));
            if *status == primary
                || status == "default"
                || self.requirements.iter().any(|known| known.id == id)
            {
                continue;
            }
            let remark = response::remark(response);
            let shown = status::words(std::slice::from_ref(status));
            let sentence = format!("{} may return {shown}{remark}.", planned.title());
            let mut requirement = Requirement::new(plan, id, Level::May, sentence, &response.place);
            requirement.without_case =
                "the document does not say which request gets this status".into();
            self.requirements.push(requirement);
        }
    }
}
