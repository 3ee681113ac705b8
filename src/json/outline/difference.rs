//! What differs between two outlines, place by place.

use crate::json::outline::{Items, Members, Outline};
use crate::json::pointer::push_token;

/// How one place of a body differs between two outlines.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// A JSON Pointer with `*` for every index.
    pub pointer: String,
    /// Its types before, in words; `None`: it was not there.
    pub old: Option<String>,
    /// Its types now, in words; `None`: it is gone.
    pub new: Option<String>,
}

/// Every place at which two outlines differ, outermost first. An empty list says nothing about its
/// elements, and what was cut off nothing about what is in it, so neither is a difference.
pub fn differences(old: &Outline<'_>, new: &Outline<'_>) -> Vec<Difference> {
    let mut found = Vec::new();
    compare("", old, new, &mut found);
    found.sort();
    found
}

fn compare(pointer: &str, old: &Outline<'_>, new: &Outline<'_>, found: &mut Vec<Difference>) {
    let (then, now) = (old.words(), new.words());
    if then != now {
        found.push(Difference {
            pointer: pointer.to_owned(),
            old: Some(then),
            new: Some(now),
        });
    }
    if let (Some(Items::All(old)), Some(Items::All(new))) =
        (old.array.as_deref(), new.array.as_deref())
        && !old.is_empty()
        && !new.is_empty()
    {
        compare(&format!("{pointer}/*"), old, new, found);
    }
    match (old.object.as_deref(), new.object.as_deref()) {
        (Some(Members::Map(old)), Some(Members::Map(new)))
            if !old.is_empty() && !new.is_empty() =>
        {
            compare(&format!("{pointer}/*"), old, new, found);
        }
        (
            Some(Members::Named {
                names: olds,
                objects: all_old,
            }),
            Some(Members::Named {
                names: news,
                objects: all_new,
            }),
        ) => {
            for (name, (old, count)) in olds {
                let pointer = below(pointer, name);
                match news.get(name) {
                    Some((new, count_new)) => {
                        let sometimes = (count < all_old, count_new < all_new);
                        compare_member(&pointer, (old, new), sometimes, found);
                    }
                    None => found.push(Difference {
                        pointer,
                        old: Some(old.words()),
                        new: None,
                    }),
                }
            }
            for (name, (new, _)) in news {
                if !olds.contains_key(name) {
                    found.push(Difference {
                        pointer: below(pointer, name),
                        old: None,
                        new: Some(new.words()),
                    });
                }
            }
        }
        _ => {}
    }
}

/// A member of both sides, which may be there always or sometimes.
fn compare_member(
    pointer: &str,
    (old, new): (&Outline<'_>, &Outline<'_>),
    (was_sometimes, is_sometimes): (bool, bool),
    found: &mut Vec<Difference>,
) {
    if was_sometimes == is_sometimes {
        return compare(pointer, old, new, found);
    }
    let words = |outline: &Outline<'_>, sometimes: bool| {
        let often = if sometimes { "sometimes" } else { "always" };
        Some(format!("{often} {}", outline.words()))
    };
    found.push(Difference {
        pointer: pointer.to_owned(),
        old: words(old, was_sometimes),
        new: words(new, is_sometimes),
    });
    let mut inside = Vec::new();
    compare(pointer, old, new, &mut inside);
    found.extend(inside.into_iter().filter(|one| one.pointer != pointer));
}

fn below(pointer: &str, name: &str) -> String {
    let mut below = pointer.to_owned();
    push_token(&mut below, name);
    below
}
