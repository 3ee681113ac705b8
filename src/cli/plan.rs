//! `probity run --plan`: what a run would do, and nothing of it done. And the line about it that a run against
//! somebody else's machine says first.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::time::Duration;

use crate::model::{ExitCode, Stretch, Suite, Target};
use crate::plan::{Footprint, Plan, Requests};
use crate::redact::Redactor;
use crate::text::printable::printable;

use crate::cli::arguments::RunOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::ways;

/// How many ids stand in a list before it is cut.
const IDS: usize = 6;

/// A plan, with what it is about.
pub(crate) struct Outline<'r> {
    suite: &'r Suite,
    target: &'r Target,
    footprint: Footprint,
    cases: usize,
    /// Cases under way at one time.
    jobs: usize,
    /// How often a case that failed is run again.
    retries: usize,
}

impl<'r> Outline<'r> {
    pub(crate) fn new(
        suite: &'r Suite,
        target: &'r Target,
        plan: &Plan,
        options: &RunOptions,
    ) -> Self {
        Outline {
            suite,
            target,
            footprint: Footprint::of(plan, suite, target),
            cases: plan.cases.len(),
            jobs: options.jobs.map_or(target.limits.concurrency, usize::from),
            retries: options.retries.into(),
        }
    }

    /// Prints the plan. It is incomplete when nothing would be sent.
    pub(crate) fn tell(&self, terminal: &Terminal) -> ExitCode {
        terminal.print(|out| self.write(out));
        if self.footprint.run > 0 {
            return ExitCode::Conforms;
        }
        let message = match self.cases {
            0 => "the plan is empty: no case was selected",
            _ => "the plan is empty: every selected case would be skipped",
        };
        terminal.complain(message, &[]);
        ExitCode::Incomplete
    }

    /// Says in one line what is about to be sent to another machine.
    ///
    /// ```text
    /// about to send 91 requests or more to graph.microsoft.com: 71 read, 20 may change it; 4 per second, 2 at a time; 38 of 102 cases skipped
    /// ```
    pub(crate) fn warn(&self, terminal: &Terminal) {
        let remote = |service: &&String| self.target.remote.contains(*service);
        let services: Vec<&String> = self.footprint.services.keys().filter(remote).collect();
        if services.is_empty() {
            return;
        }
        let redactor = Redactor::new(&self.target.secrets);
        let hosts: BTreeSet<String> = services
            .iter()
            .filter_map(|service| self.target.services.get(*service))
            .map(|url| redactor.redact(host(url)).into_owned())
            .collect();
        let hosts: Vec<String> = hosts.into_iter().collect();
        let Requests { read, write } = self.footprint.requests();
        let mut text = format!(
            "about to send {} or more to {}: {read} read, {write} may change it; {}",
            count(read + write, "request"),
            hosts.join(", "),
            self.pace()
        );
        let skipped = self.cases - self.footprint.run;
        if skipped > 0 {
            let more = format!("; {skipped} of {} skipped", count(self.cases, "case"));
            text.push_str(&more);
        }
        terminal.print_error(|out| writeln!(out, "{}", printable(&text)));
    }

    /// ```text
    /// plan for target staging: nothing was sent
    ///
    /// 102 cases: 64 would run, 38 would be skipped
    /// 91 requests if all holds at once: 71 of cases that read, 20 of cases that may change the target
    /// at most 130 where 3 steps ask until something holds (`eventually`)
    ///
    ///              read  may change
    ///   graph-v1     20           3  https://graph.microsoft.com/v1.0
    ///
    /// as
    ///   license.user-writer    12 requests  token of https://login.example/token
    ///   nobody                  3 requests
    /// ```
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let footprint = &self.footprint;
        let name = Redactor::new(&self.target.secrets);
        let name = name.redact(&self.target.name).into_owned();
        writeln!(
            out,
            "plan for target {}: nothing was sent",
            printable(&name)
        )?;
        let skipped = self.cases - footprint.run;
        let Requests { read, write } = footprint.requests();
        writeln!(
            out,
            "\n{}: {} would run, {skipped} would be skipped",
            count(self.cases, "case"),
            footprint.run
        )?;
        if footprint.run > 0 {
            writeln!(
                out,
                "{} if all holds at once: {read} of cases that read, {write} of cases that may change the target",
                count(read + write, "request")
            )?;
            self.write_more(read + write, out)?;
            self.write_services(out)?;
            self.write_ways(out)?;
            self.write_identities(out)?;
            self.write_care(out)?;
        }
        if !footprint.writing.is_empty() {
            writeln!(out, "\nmay change the target, and undo it")?;
            writeln!(out, "  {}", some_of(self.suite, &footprint.writing))?;
        }
        if !footprint.skipped.is_empty() {
            writeln!(out, "\nskipped")?;
        }
        for (reason, ids) in &footprint.skipped {
            writeln!(out, "  {}: {}", count(ids.len(), "case"), printable(reason))?;
            writeln!(out, "      {}", some_of(self.suite, ids))?;
        }
        Ok(())
    }

    /// What may be sent besides.
    fn write_more(&self, least: usize, out: &mut dyn Write) -> io::Result<()> {
        let footprint = &self.footprint;
        if footprint.waiting > 0 {
            let most = match footprint.repeated {
                Some(more) => format!("at most {}", least.saturating_add(more)),
                None => "more".to_owned(),
            };
            let steps = count(footprint.waiting, "step");
            let ask = if footprint.waiting == 1 {
                "asks"
            } else {
                "ask"
            };
            writeln!(
                out,
                "{most} where {steps} {ask} until something holds (`eventually`)"
            )?;
        }
        if self.retries > 0 {
            let times = count(self.retries, "time");
            writeln!(
                out,
                "a case that failed is run up to {times} more (`--retries`)"
            )?;
        }
        writeln!(
            out,
            "not counted: requests for tokens, what is sent again after 429, 503 or a cut\n  \
             connection, and a GET of the base URL after three requests without an answer"
        )
    }

    fn write_services(&self, out: &mut dyn Write) -> io::Result<()> {
        let redactor = Redactor::new(&self.target.secrets);
        let services = &self.footprint.services;
        let width = services.keys().map(String::len).max().unwrap_or(0);
        writeln!(out, "\n  {:width$}  read  may change", "")?;
        for (service, requests) in services {
            let url = self.target.services.get(service).map_or("", String::as_str);
            let url = redactor.redact(url).into_owned();
            let here = if self.target.remote.contains(service) {
                ""
            } else {
                " (this machine)"
            };
            writeln!(
                out,
                "  {service:width$}  {:>4}  {:>10}  {}{here}",
                requests.read,
                requests.write,
                printable(&url)
            )?;
        }
        Ok(())
    }

    fn write_ways(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        ways::tell(self.target, &mut text)?;
        if !text.is_empty() {
            writeln!(out)?;
        }
        out.write_all(&text)
    }

    fn write_identities(&self, out: &mut dyn Write) -> io::Result<()> {
        let redactor = Redactor::new(&self.target.secrets);
        let identities = &self.footprint.identities;
        let shown = |name: &Option<String>| name.clone().unwrap_or_else(|| "nobody".into());
        let width = identities
            .keys()
            .map(|name| shown(name).len())
            .max()
            .unwrap_or(0);
        writeln!(out, "\nas")?;
        for (name, requests) in identities {
            let identity = name
                .as_ref()
                .and_then(|name| self.target.identities.get(name));
            let token = identity.and_then(|identity| identity.oauth2.as_ref());
            let token = token.map_or_else(String::new, |oauth2| {
                format!("  with a token of {}", redactor.redact(&oauth2.token_url))
            });
            let number = count(requests.all(), "request");
            let line = format!(
                "  {:width$}  {number:>12}{}",
                shown(name),
                printable(&token)
            );
            writeln!(out, "{}", line.trim_end())?;
        }
        Ok(())
    }

    fn write_care(&self, out: &mut dyn Write) -> io::Result<()> {
        let limits = &self.target.limits;
        writeln!(out, "\ncare")?;
        writeln!(out, "  {}", self.pace())?;
        for (service, own) in &limits.services {
            let concurrency = own.concurrency.map(|number| format!("{number} at a time"));
            let per_second = own.per_second.map(|number| format!("{number} per second"));
            let own: Vec<String> = per_second.into_iter().chain(concurrency).collect();
            writeln!(out, "  {service}: {}", own.join(", "))?;
        }
        writeln!(
            out,
            "  an answer of 429 or 503 with Retry-After is waited for: {} for a step, {} for the run",
            span(limits.throttle_wait),
            span(limits.throttle_total)
        )?;
        match limits.eventually {
            Stretch::None => {}
            Stretch::Times(times) => {
                writeln!(
                    out,
                    "  `eventually` waits {times} times as long as a case says"
                )?;
            }
            Stretch::AtLeast(least) => {
                writeln!(out, "  `eventually` waits {} at least", span(least))?;
            }
        }
        if let Some(header) = &self.target.run_id_header {
            writeln!(
                out,
                "  the run is named in the header `{}`",
                printable(header)
            )?;
        }
        Ok(())
    }

    /// `4 per second, 2 at a time: 23 s at least`.
    fn pace(&self) -> String {
        let limits = &self.target.limits;
        let at_a_time = format!("{} at a time", self.jobs);
        let per_second = limits
            .per_second
            .map(|number| format!("{number} per second, "));
        per_second.unwrap_or_default() + &at_a_time
    }
}

/// `graph.microsoft.com` of a URL.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    after.split('/').next().unwrap_or(after)
}

/// The first ids, and how many more there are.
fn some_of(suite: &Suite, ids: &[String]) -> String {
    let all = suite.cases.len();
    if ids.len() == all && all > IDS {
        return "all cases of the suite".into();
    }
    let first: Vec<String> = ids
        .iter()
        .take(IDS)
        .map(|id| printable(id).into_owned())
        .collect();
    match ids.len().saturating_sub(IDS) {
        0 => first.join(", "),
        more => format!("{}, and {more} more", first.join(", ")),
    }
}

/// `30s`, `10m`.
fn span(duration: Duration) -> String {
    let seconds = duration.as_secs();
    match (seconds, duration.subsec_millis()) {
        (0, milliseconds) => format!("{milliseconds}ms"),
        (seconds, 0) if seconds.is_multiple_of(60) => format!("{}m", seconds / 60),
        (seconds, 0) => format!("{seconds}s"),
        (seconds, milliseconds) => format!("{seconds}.{milliseconds:03}s"),
    }
}
