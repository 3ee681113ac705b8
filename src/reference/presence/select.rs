//! Which users get a record, and which of their devices and titles are in it: privacy first, then the
//! filters, then whether they are online.

use crate::reference::presence::people;
use crate::reference::presence::people::{Hidden, Title, View};
use crate::reference::presence::request::BatchRequest;
use crate::reference::switchboard::Switchboard;
use crate::reference::token::XboxCaller;
use crate::reference::{Fault, Variant};

/// What the caller gets to see, a view for each user who is left, in the order of the request.
pub(crate) fn select(
    request: &BatchRequest,
    caller: XboxCaller,
    switches: &Switchboard,
) -> Vec<View> {
    let mut views: Vec<_> = request
        .users
        .iter()
        .map(|xuid| look_up(xuid, caller, switches))
        .filter(|view| !is_missing(view, switches))
        .filter_map(|view| filter(view, request, switches))
        .filter(|view| passes_state(view, request.is_online_only, switches))
        .collect();
    if switches.variant(Variant::REVERSED_RECORDS) {
        views.reverse();
    }
    views
}

/// A XUID that nobody is known by is a user without stored presence.
fn look_up(xuid: &str, caller: XboxCaller, switches: &Switchboard) -> View {
    let Some(person) = people::find(xuid) else {
        return View::offline(xuid).hidden(Hidden::NotStored);
    };
    let shows = person.shows_presence_to(caller)
        || caller == XboxCaller::ThirdPartySite && switches.fault(Fault::THIRD_PARTY_SEES_ALL)
        || switches.fault(Fault::PRIVACY_IGNORED);
    if shows {
        person.view()
    } else {
        View::offline(xuid).hidden(Hidden::Withheld)
    }
}

fn is_missing(view: &View, switches: &Switchboard) -> bool {
    matches!(view.hidden, Some(Hidden::Withheld | Hidden::NotStored))
        && switches.variant(Variant::WITHHELD_MISSING)
}

/// Applies both filters: values of one are alternatives, and what is left passes both. A user without
/// anything left gets no record.
fn filter(view: View, request: &BatchRequest, switches: &Switchboard) -> Option<View> {
    let device_types = request
        .device_types
        .as_deref()
        .filter(|_| !switches.fault(Fault::IGNORED_FILTER))
        .map(|values| shorten(values, switches));
    let titles = request
        .titles
        .as_deref()
        .filter(|_| !switches.fault(Fault::IGNORED_TITLE_FILTER))
        .map(|values| shorten(values, switches));
    if device_types.is_none() && titles.is_none() {
        return Some(view);
    }
    let has_type =
        |kind: &str| device_types.is_none_or(|types| types.iter().any(|one| one == kind));
    let has_id = |title: &Title| match titles {
        None => true,
        Some(_) if switches.fault(Fault::TITLES_ARE_DEVICE_TYPES) => false,
        Some(ids) => ids.contains(&title.id),
    };
    let takes_either =
        device_types.is_some() && titles.is_some() && switches.fault(Fault::EITHER_FILTER);
    let mut filtered = view;
    filtered.devices.retain_mut(|(kind, on_device)| {
        if takes_either && has_type(kind) {
            return true;
        }
        on_device.retain(has_id);
        (takes_either || has_type(kind)) && (titles.is_none() || !on_device.is_empty())
    });
    if filtered.devices.is_empty() {
        filtered.last_seen = None;
        return switches
            .variant(Variant::EMPTIED_RECORDS)
            .then_some(filtered);
    }
    Some(filtered)
}

/// All the values of a filter; with a fault on, only the first.
fn shorten<'a, T>(values: &'a [T], switches: &Switchboard) -> &'a [T] {
    match values {
        [first, _, ..] if switches.fault(Fault::ONLY_FIRST_FILTER_VALUE) => {
            std::slice::from_ref(first)
        }
        values => values,
    }
}

/// Whether the user stays in an answer about online users, or about all.
fn passes_state(view: &View, is_online_only: bool, switches: &Switchboard) -> bool {
    if view.state != "offline" {
        return true;
    }
    if is_online_only {
        match view.hidden {
            Some(Hidden::Cloaked) => switches.fault(Fault::CLOAKED_USERS_KEPT),
            _ => switches.fault(Fault::ONLINE_ONLY_IGNORED),
        }
    } else {
        view.last_seen.is_none() || !switches.fault(Fault::OFFLINE_USERS_DROPPED)
    }
}
