//! Cases of values in the path that their schemas reject, where the request still reaches the same operation.

use crate::import::literal;
use crate::import::name::kebab;
use crate::import::openapi::fixture::Use;
use crate::import::openapi::location::Location;
use crate::import::openapi::parameter::{self, invalid, when};
use crate::import::openapi::request::Given;
use crate::import::openapi::room::{NO_ROOM, Room};
use crate::import::openapi::sent::as_text;
use crate::import::openapi::status;
use crate::import::openapi::writer::{Writer, illegal, require_refused};
use crate::import::yaml::{Entry, Yaml};

/// Writes a case for each parameter of the path that can be illegal.
///
/// A value that names nothing may be refused as such: where 404 is documented, it is accepted.
pub(crate) fn write(writer: &mut Writer<'_, '_, '_>) {
    let planned = writer.planned;
    let plan = writer.requests.plan;
    let mut room = Room::new(&plan.left_for_rows);
    let all: Vec<_> = planned.parameters(Location::Path).collect();
    for (parameter, schema) in all {
        let when = when(Location::Path, parameter);
        let without_case = |writer: &mut Writer<'_, '_, '_>, why: &str| {
            parameter::without_case(writer, Location::Path, parameter, why);
        };
        let found = match invalid(plan, planned, parameter, schema) {
            Ok(found) => found,
            Err(None) => continue,
            Err(Some(why)) => {
                without_case(writer, why);
                continue;
            }
        };
        let whole = format!("{{{}}}", parameter.name);
        let mut segments = planned.operation.path.split('/');
        if !segments.any(|segment| segment == whole) {
            without_case(
                writer,
                "a part of a segment of the path may be read in several ways",
            );
            continue;
        }
        let changes = !planned.is_reading();
        let rows = found.rows.into_iter().filter_map(|(row, value)| {
            let Yaml::Text(text) = as_text(literal::value(&value)) else {
                return None;
            };
            // A service that only reads the number in front would change something that is not ours.
            let may_name_another = changes && text.starts_with(|c: char| c.is_ascii_digit());
            let is_kept = !writer.requests.segments.contains(&text) && !may_name_another;
            let entries = [("row", row), ("value", text)];
            let entries = entries.map(|(key, text)| Entry::new(key, Yaml::text(text)));
            is_kept.then(|| Yaml::map(entries))
        });
        let rows: Vec<Yaml> = rows.collect();
        if rows.is_empty() {
            without_case(
                writer,
                "no invalid value is known that reaches the same operation",
            );
            continue;
        }
        let value = (Location::Path, parameter.name.clone());
        let given = Given::from([(value, Yaml::text("${row.value}"))]);
        let with = match writer.requests.with(planned, Use::Existing, &given) {
            Ok(with) => with,
            Err(why) => {
                without_case(writer, &why);
                continue;
            }
        };
        if !room.takes(with.size()) {
            without_case(writer, NO_ROOM);
            continue;
        }
        let (mut statuses, level) = illegal(writer);
        statuses.extend(planned.response("404").map(|_| "404".to_owned()));
        let statuses = status::reduced(statuses);
        let refused = (statuses.clone(), level);
        let (name, place) = (&parameter.name, &parameter.place);
        let proves = require_refused(writer, refused, "ILLEGAL", &when, name, place);
        let id = format!("{}-illegal-{}", planned.name, kebab(name, "value"));
        let title = format!("an invalid {name} in the path is refused");
        let expected = (&proves, statuses.as_slice());
        let rows = Some(Yaml::Lines(rows));
        writer.refused_case((&id, title), &with, expected, level, rows);
        writer.note_left_out(found.left_out);
    }
}
