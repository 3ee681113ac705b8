//! Where secrets begin in a text: found from its end, told from its beginning.

/// The places at which each form begins. Equal distances are stored once: a text that repeats itself has millions.
#[derive(Debug, Default)]
pub(super) struct Starts {
    of_forms: Vec<Starting>,
}

#[derive(Debug)]
struct Starting {
    form: u32,
    /// The last one is the next.
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    distance: u32,
    count: u32,
}

/// A form begins here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Start {
    pub(super) at: usize,
    /// The number of the form.
    pub(super) form: usize,
}

impl Starts {
    /// Adds a place that is before all others of the form.
    pub(super) fn add(&mut self, at: u32, form: u32) {
        let known = self.of_forms.iter().position(|one| one.form == form);
        let known = known.unwrap_or_else(|| {
            let runs = Vec::new();
            self.of_forms.push(Starting { form, runs });
            self.of_forms.len() - 1
        });
        let runs = &mut self.of_forms[known].runs;
        if let Some(run) = runs.last_mut() {
            let distance = run.first - at;
            if run.count == 1 || distance == run.distance {
                *run = Run {
                    first: at,
                    distance,
                    count: run.count + 1,
                };
                return;
            }
        }
        runs.push(Run {
            first: at,
            distance: 0,
            count: 1,
        });
    }

    /// The next place, and the longest form that begins there and has not been told.
    pub(super) fn peek(&self) -> Option<Start> {
        let next = self.of_forms.iter().filter_map(|one| {
            Some(Start {
                at: one.runs.last()?.first as usize,
                form: one.form as usize,
            })
        });
        next.min()
    }

    /// Where the next one is but for this one, which is the next.
    pub(super) fn after(&self, next: Start) -> Option<usize> {
        let after = self.of_forms.iter().filter_map(|one| {
            let run = one.runs.last()?;
            if one.form as usize != next.form {
                return Some(run.first);
            }
            if run.count > 1 {
                return Some(run.first.saturating_add(run.distance));
            }
            let before_last = one.runs.len().checked_sub(2)?;
            Some(one.runs[before_last].first)
        });
        after.min().map(|at| at as usize)
    }

    /// Takes the next one if it is at this place.
    pub(super) fn take_at(&mut self, at: usize) -> Option<Start> {
        let next = self.peek().filter(|next| next.at == at)?;
        let of_form = self
            .of_forms
            .iter_mut()
            .find(|one| one.form as usize == next.form)?;
        if let Some(run) = of_form.runs.last_mut() {
            run.first = run.first.saturating_add(run.distance);
            run.count -= 1;
            if run.count == 0 {
                of_form.runs.pop();
            }
        }
        Some(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_added_from_the_end_comes_from_the_beginning() {
        let mut starts = Starts::default();
        for at in [90, 87, 84, 81, 70, 69, 68, 5] {
            starts.add(at, 1);
        }
        starts.add(81, 0);
        assert_eq!(starts.of_forms[0].runs.len(), 3);
        let mut told = Vec::new();
        while let Some(next) = starts.peek() {
            assert_eq!(starts.take_at(next.at + 1), None);
            let after = starts.after(next);
            told.extend(starts.take_at(next.at).map(|one| (one.at, one.form)));
            assert_eq!(after, starts.peek().map(|next| next.at));
        }
        let expected = [(5, 1), (68, 1), (69, 1), (70, 1), (81, 0), (81, 1)];
        assert_eq!(told[..6], expected);
        assert_eq!(told[6..], [(84, 1), (87, 1), (90, 1)]);
    }
}
