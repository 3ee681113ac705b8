//! `probity run --plan`: what a run would do, without doing it. Also the line that a run against another machine prints
//! before it starts.

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

/// How many ids of a list are shown.
const IDS: usize = 6;

/// A plan with its suite and target.
pub(crate) struct Outline<'r> {
    suite: &'r Suite,
    target: &'r Target,
    footprint: Footprint,
    cases: usize,
    /// How many cases run at the same time.
    jobs: usize,
    /// How often a failed case is run again.
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

    /// Prints the plan. The exit code is `Incomplete` if nothing would be sent, unless this is one shard of a plan that has
    /// cases.
    pub(crate) fn print(&self, is_part: bool, terminal: &Terminal) -> ExitCode {
        terminal.print(|out| self.write(out));
        if self.footprint.run > 0 || is_part {
            return ExitCode::Conforms;
        }
        let message = match self.cases {
            0 => "the plan is empty: no case was selected",
            _ => "the plan is empty: every selected case would be skipped",
        };
        terminal.complain(message, &[]);
        ExitCode::Incomplete
    }

    /// Prints in one line what will be sent to another machine.
    ///
    /// ```text
    /// sending at least 91 requests to graph.microsoft.com: 71 read, 20 may change it; 4 per second, 2 at a time; 38 of 102 cases skipped
    /// ```
    pub(crate) fn announce(&self, terminal: &Terminal) {
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
            "sending at least {} to {}: {read} read, {write} may change it; {}",
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
    /// 91 requests if nothing is repeated: 71 by cases that read, 20 by cases that may change the target
    /// at most 130 if 3 steps repeat their request (`eventually`)
    ///
    ///              read  may change
    ///   graph-v1     20           3  https://graph.microsoft.com/v1.0
    ///
    /// identities
    ///   license.user-writer    12 requests  with a token from https://login.example/token
    ///   no identity             3 requests
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
                "{} if nothing is repeated: {read} by cases that read, {write} by cases that may change the target",
                count(read + write, "request")
            )?;
            self.write_more(read + write, out)?;
            self.write_services(out)?;
            self.write_networks(out)?;
            self.write_identities(out)?;
            self.write_limits(out)?;
        }
        if !footprint.writing.is_empty() {
            writeln!(out, "\nmay change the target, and undo the changes")?;
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

    /// The requests that may be sent in addition.
    fn write_more(&self, least: usize, out: &mut dyn Write) -> io::Result<()> {
        let footprint = &self.footprint;
        if footprint.waiting > 0 {
            let most = match footprint.repeated {
                Some(more) => format!("at most {}", least.saturating_add(more)),
                None => "more".to_owned(),
            };
            let steps = count(footprint.waiting, "step");
            let repeat = if footprint.waiting == 1 {
                "repeats its request"
            } else {
                "repeat their requests"
            };
            writeln!(out, "{most} if {steps} {repeat} (`eventually`)")?;
        }
        if self.retries > 0 {
            let times = count(self.retries, "time");
            writeln!(out, "a failed case is run up to {times} more (`--retries`)")?;
        }
        writeln!(
            out,
            "not counted: requests for tokens, requests repeated after 429, 503 or a lost\n  \
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

    fn write_networks(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        ways::write(self.target, &mut text)?;
        if !text.is_empty() {
            writeln!(out)?;
        }
        out.write_all(&text)
    }

    fn write_identities(&self, out: &mut dyn Write) -> io::Result<()> {
        let redactor = Redactor::new(&self.target.secrets);
        let identities = &self.footprint.identities;
        let shown = |name: &Option<String>| name.clone().unwrap_or_else(|| "no identity".into());
        let width = identities
            .keys()
            .map(|name| shown(name).len())
            .max()
            .unwrap_or(0);
        writeln!(out, "\nidentities")?;
        for (name, requests) in identities {
            let identity = name
                .as_ref()
                .and_then(|name| self.target.identities.get(name));
            let token = identity.and_then(|identity| identity.oauth2.as_ref());
            let token = token.map(|oauth2| format!("a token from {}", oauth2.token_url));
            let login = identity.and_then(|identity| identity.login.as_ref());
            let login = login.map(|login| format!("a login: {}", login.request.place()));
            let token = token.or(login).map_or_else(String::new, |from| {
                format!("  with {}", redactor.redact(&from))
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

    fn write_limits(&self, out: &mut dyn Write) -> io::Result<()> {
        let limits = &self.target.limits;
        writeln!(out, "\nlimits")?;
        writeln!(out, "  {}", self.pace())?;
        for (service, own) in &limits.services {
            let concurrency = own.concurrency.map(|number| format!("{number} at a time"));
            let per_second = own.per_second;
            let per_second =
                per_second.map(|number| format!("{number} per second{}", self.shared()));
            let own: Vec<String> = per_second.into_iter().chain(concurrency).collect();
            writeln!(out, "  {service}: {}", own.join(", "))?;
        }
        writeln!(
            out,
            "  waits after 429 or 503 with Retry-After: up to {} per step, {} per run",
            span(limits.throttle_wait),
            span(limits.throttle_total)
        )?;
        match limits.eventually {
            Stretch::None => {}
            Stretch::Times(times) => {
                writeln!(
                    out,
                    "  `eventually` waits {times} times as long as the case states"
                )?;
            }
            Stretch::AtLeast(least) => {
                writeln!(out, "  `eventually` waits at least {}", span(least))?;
            }
        }
        if let Some(header) = &self.target.run_id_header {
            writeln!(out, "  the run id is in the header `{}`", printable(header))?;
        }
        Ok(())
    }

    /// That a limit is for all shards.
    fn shared(&self) -> String {
        match self.target.limits.sharing {
            1 => String::new(),
            shards => format!(" in all {shards} shards"),
        }
    }

    /// `4 per second, 2 at a time`.
    fn pace(&self) -> String {
        let limits = &self.target.limits;
        let at_a_time = format!("{} at a time", self.jobs);
        let per_second = limits
            .per_second
            .map(|number| format!("{number} per second{}, ", self.shared()));
        per_second.unwrap_or_default() + &at_a_time
    }
}

/// The host of a URL: `graph.microsoft.com`.
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
