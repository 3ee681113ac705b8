//! What there is no room for: a requirement about all of it, without a case.

use crate::import::openapi::document::Place;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::room::NO_ROOM;
use crate::import::openapi::status;
use crate::import::openapi::writer::Writer;
use crate::text::excerpt::short_text;

/// How many names a sentence lists.
const NAMES: usize = 5;

/// Things of one kind for which there was no room.
pub(crate) struct Others<'n> {
    /// The part of the id: `WITHOUT OTHER MEMBERS`.
    pub(crate) part: &'static str,
    /// When the request is refused: `any other required member of the body is missing`.
    pub(crate) when: &'static str,
    pub(crate) names: &'n [String],
}

impl<'n> Others<'n> {
    /// Members of a body that are required.
    pub(crate) fn members(names: &'n [String]) -> Others<'n> {
        Others {
            part: "WITHOUT OTHER MEMBERS",
            when: "any other required member of the body is missing",
            names,
        }
    }

    /// Requires that they are refused, without a case.
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
