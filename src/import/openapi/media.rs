//! Bodies of requests in the other media types that a document allows.

use crate::import::name::kebab;
use crate::import::openapi::request::first_media;
use crate::import::openapi::requirement::{Level, Requirement};
use crate::import::openapi::room::{NO_ROOM, Room};
use crate::import::openapi::sent::Sent;
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, expect};
use crate::import::yaml::{Entry, Yaml};

/// Writes a requirement for each media type but the first, and a case where its body is known.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>, at: usize, sent: Option<&Sent>) {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    let Some(body) = &planned.operation.body else {
        return;
    };
    let first = first_media(&body.media).map(|media| media.name.clone());
    let primary = status::primary(planned);
    let mut room = Room::new(&plan.left_for_rows);
    for media in &body.media {
        if Some(&media.name) == first.as_ref() || media.name.contains('*') {
            continue;
        }
        let short = short(&media.name);
        let part = writer.part_of_id(&format!("TAKES {short}"));
        let id = format!("{}-{part}", planned.id());
        let sentence = format!(
            "{} accepts a body in {} and returns {}.",
            planned.title(),
            media.name,
            status::words(std::slice::from_ref(&primary))
        );
        let mut requirement =
            Requirement::new(plan, id.clone(), Level::Must, sentence, &body.place);
        if sent.is_some_and(|sent| !room.takes(sent.size())) {
            requirement.without_case = NO_ROOM.into();
            writer.requirements.push(requirement);
            continue;
        }
        let with = sent.and_then(|sent| writer.requests.in_media(planned, media, sent));
        let Some(with) = with else {
            requirement.without_case =
                "the document does not say enough to make a body in this media type".into();
            writer.requirements.push(requirement);
            continue;
        };
        writer.requirements.push(requirement);
        let name = format!("{}-as-{}", planned.name, kebab(short, "other"));
        let title = format!("with a body in {}", media.name);
        let creator = writer.requests.creators.values();
        let creator = { creator }.find(|creator| creator.post == at).cloned();
        let Some(creator) = creator else {
            let steps = vec![vec![with.entry(), expect(&id, &primary)]];
            writer.case(&name, title, &with.setup, steps, None);
            continue;
        };
        let parts = creator.parts();
        let step = vec![
            with.entry(),
            expect(&id, &primary),
            Entry::new("capture", Yaml::Map(parts.captures)),
        ];
        writer.case(&name, title, creator.earlier(), vec![step], None);
        writer.undo_last_case(parts.undo);
    }
}

/// The media type as part of a name.
fn short(name: &str) -> &str {
    match name {
        "application/x-www-form-urlencoded" => "form",
        "multipart/form-data" => "multipart",
        other => other.strip_prefix("application/").unwrap_or(other),
    }
}
