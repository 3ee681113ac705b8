//! What there is no room for: a requirement about all of it, without a case.

use crate::import::openapi::document::Place;
use crate::import::openapi::plan::Plan;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::room::{NO_ROOM, Room};
use crate::import::openapi::sent::Sent;
use crate::import::openapi::status;
use crate::import::openapi::writer::Writer;
use crate::text::excerpt::short_text;

/// How many names a sentence lists.
const NAMES: usize = 5;

/// What rows of one kind are about: those for which there is no room are a requirement without a case.
#[derive(Debug)]
pub(crate) struct Others<'p> {
    /// The part of the id: `WITHOUT OTHER MEMBERS`.
    part: &'static str,
    /// When the request is refused: `any other required member of the body is missing`.
    when: &'static str,
    room: Room<'p>,
    /// How many bytes a row takes.
    size: usize,
    names: Vec<String>,
}

impl<'p> Others<'p> {
    /// `sent` is the request that each row repeats.
    pub(crate) fn new(
        plan: &'p Plan<'_>,
        sent: &Sent,
        part: &'static str,
        when: &'static str,
    ) -> Others<'p> {
        Others {
            part,
            when,
            room: Room::new(&plan.left_for_rows),
            size: sent.size(),
            names: Vec::new(),
        }
    }

    /// Members of a body that are required.
    pub(crate) fn members(plan: &'p Plan<'_>, sent: &Sent) -> Others<'p> {
        let when = "any other required member of the body is missing";
        Others::new(plan, sent, "WITHOUT OTHER MEMBERS", when)
    }

    /// Notes a name if there was no room for an earlier one: what follows has none either, and need not be tried.
    pub(crate) fn is_among(&mut self, name: &str) -> bool {
        let is_full = !self.names.is_empty();
        if is_full {
            self.names.push(name.to_owned());
        }
        is_full
    }

    /// Takes the room for a row about a name; notes the name, and is false, if there is none.
    pub(crate) fn takes(&mut self, name: &str) -> bool {
        let is_taken = self.room.takes(self.size);
        if !is_taken {
            self.names.push(name.to_owned());
        }
        is_taken
    }

    /// Requires that those are refused for which there was no room.
    pub(crate) fn require(
        &self,
        writer: &mut Writer<'_, '_, '_>,
        (statuses, level): (Vec<String>, Level),
        source: &Place<'_>,
    ) {
        if self.names.is_empty() {
            return;
        }
        let planned = writer.planned;
        let part = writer.part_of_id(self.part);
        let id = format!("{}-{part}", planned.id());
        let shown: Vec<String> = { self.names.iter().take(NAMES) }
            .map(|name| short_text(name, 60))
            .collect();
        let mut shown = shown.join(", ");
        let more = self.names.len().saturating_sub(NAMES);
        if more > 0 {
            shown.push_str(&format!(" and {more} more"));
        }
        let sentence = format!(
            "{} returns {} if {} ({}).",
            planned.title(),
            status::words(&statuses),
            self.when,
            shown
        );
        let plan = writer.requests.plan;
        let mut requirement = Requirement::new(plan, id, level, sentence, source);
        requirement.without_case = NO_ROOM.into();
        writer.requirements.push(requirement);
    }
}
