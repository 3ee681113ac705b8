//! `probity record`: records what passes between a client and a target, and judges it.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::engine::{Policy, Seeing, TrafficJudge, Waivers};
use crate::execute::Transports;
use crate::execute::content::decode;
use crate::import::minimal_suite;
use crate::load::{SuiteSource, Thoroughness, load_suite, read_base_url};
use crate::model::{
    BodyGap, Disposition, ExitCode, RecordedExchange, Report, RequirementReport, Suite, Target,
    Verdict,
};
use crate::proxy::{Passed, Proxy, Routes};
use crate::redact::Redactor;
use crate::report::terminal as text;
use crate::text::names;
use crate::text::printable::printable;

use crate::cli::arguments::RecordOptions;
use crate::cli::output::{Terminal, count};
use crate::cli::record::RecordFile;
use crate::cli::reports::{Wanted, Written};
use crate::cli::settings::{needs_target, patterns, selection};
use crate::cli::signals::Signals;
use crate::cli::{suite, target, waive};

/// So many exchanges are printed because they show something new; the report has all.
const MOST_SHOWN: usize = 50;

/// How long the end waits for exchanges under way, beyond what the proxy waits for its clients.
const GRACE: Duration = Duration::from_secs(5);

/// The most content of a recorded answer.
const CONTENT_LIMIT: usize = 64 << 20;

/// Records until Ctrl-C or SIGTERM, and reports.
pub(crate) fn record(options: &RecordOptions, terminal: &Terminal) -> Result<ExitCode, ExitCode> {
    let wanted = wanted(options, terminal)?;
    let about_target = [(options.insecure, "--insecure")];
    needs_target(&about_target, options.target.as_deref(), terminal)?;
    let loaded = match alone(options) {
        Some(alone) => Some(alone),
        None => suite::load_for_run(&options.suite, options.quiet, terminal),
    };
    let mut loaded = loaded.ok_or(ExitCode::Invalid)?;
    target::runtime(terminal)?.block_on(async {
        // The credentials are those of the client: identities without their variables do not matter.
        let given = options
            .target
            .as_deref()
            .filter(|given| *given != suite::DEMO);
        let (mut target, deployment) = match given {
            Some(given) => (target::available(given, &mut loaded, terminal)?, None),
            None => target::start(options.target.as_deref(), &mut loaded, terminal).await?,
        };
        if options.insecure {
            target.disable_certificate_verification();
            terminal.warn("--insecure: certificate verification is disabled");
        }
        let session = Session {
            options,
            wanted,
            terminal,
        };
        let exit = session.run(loaded, target).await;
        if let Some(deployment) = deployment {
            deployment.stop().await;
        }
        exit
    })
}

/// A suite of one service at the URL of the target. Where nothing is judged and nobody named a suite, there is no other one:
/// the paths of the suites inside the binary would say nothing about this target.
fn alone(options: &RecordOptions) -> Option<Suite> {
    let url = options
        .target
        .as_deref()
        .filter(|text| suite::is_url(text))?;
    let is_alone = !options.check && options.suite.suite.is_none() && options.service.is_empty();
    let base = read_base_url(url).ok().filter(|_| is_alone)?;
    let texts = minimal_suite(&base).files;
    let loaded = load_suite(&SuiteSource::Texts(texts), Thoroughness::ForRun);
    loaded.is_valid().then_some(loaded.suite)
}

/// Checks the options as far as possible without the suite.
fn wanted(options: &RecordOptions, terminal: &Terminal) -> Result<Vec<Wanted>, ExitCode> {
    if options.out.is_none() && !options.check {
        let help = "write the exchanges to a file: `--out traffic.har`; or judge them: `--check`";
        return Err(terminal.refuse("nothing would be kept", &[help.into()]));
    }
    let address = options.listen;
    if !address.ip().is_loopback() {
        if !options.allow_remote_clients {
            let message = format!("{address} can be reached from other machines");
            let help = "listen on 127.0.0.1, or add `--allow-remote-clients`";
            return Err(terminal.refuse(&message, &[help.into()]));
        }
        terminal.warn(&format!(
            "--allow-remote-clients: anyone who reaches {address} can send requests to the target"
        ));
    }
    let wanted = Wanted::all(&options.report);
    Wanted::check(&wanted, terminal)?;
    Ok(wanted)
}

/// One use of the command.
struct Session<'o> {
    options: &'o RecordOptions,
    wanted: Vec<Wanted>,
    terminal: &'o Terminal,
}

impl Session<'_> {
    async fn run(&self, mut suite: Suite, target: Target) -> Result<ExitCode, ExitCode> {
        let (options, terminal) = (self.options, self.terminal);
        let only = patterns(&options.only, &options.skip);
        let selection = selection(&only, &[], terminal)?;
        let given = options.target.as_deref();
        let waivers = waive::of_run(options.waivers.as_deref(), given, terminal)?;
        let policy = Policy {
            strict: options.strict,
            waivers: waivers.map(|entries| Waivers {
                entries,
                today: waive::today(&options.today),
            }),
        };
        let routes = self.routes(&target)?;
        let transports = Transports::to(&target).map_err(|error| terminal.no_client(&error))?;
        let body = target.limits.body;
        let shown_suite = match suite.place.as_str() {
            "embedded" => "the embedded suite".to_owned(),
            _ => names::suite(&suite.name),
        };
        if !options.check {
            suite.rules.clear();
        }
        let contracts = suite.contracts.iter().map(|one| one.name.clone());
        let contracts: Vec<String> = contracts.collect();
        let (mut judge, unfit) = TrafficJudge::new(suite, target, selection);
        if options.check && !options.quiet {
            for one in unfit {
                let why = if one.has_exceptions {
                    "cases opt out of it for some requests".to_owned()
                } else {
                    format!("the target has no fixture `{}`", one.fixtures.join("`, `"))
                };
                let contract = contracts.get(one.contract).map_or("", String::as_str);
                let rule = &one.rule;
                terminal.warn(&format!(
                    "the rule `{rule}` of {contract} is not judged: {why}"
                ));
            }
        }
        if options.check && judge.operations() == 0 {
            let message = "no contract of the selection has a rule, so there is nothing to check";
            let help = "rules are under `answers` in contract.yaml: docs/case-format.md";
            return Err(terminal.refuse(message, &[help.into()]));
        }
        let mut signals = Signals::listen(terminal)?;
        let started = Proxy::start(options.listen, routes.clone(), transports, body).await;
        let (proxy, mut passed) = started.map_err(|error| {
            let message = format!("{} cannot be used: {error}", options.listen);
            let help = "omit `--listen` to use a free port".to_owned();
            terminal.fail(ExitCode::Error, &message, &[help])
        })?;
        // Not before: nothing is left where nobody could listen.
        let file = self.begin_file(judge.redactor())?;
        if let Some(file) = file.clone() {
            judge = judge.recording_to(move |recorded| file.exchange(&as_other_tools(recorded)));
        }
        self.announce(&proxy, &routes, &judge, &shown_suite);
        let mut shown = 0;
        loop {
            tokio::select! {
                () = signals.asked_to_end() => break,
                next = passed.recv() => match next {
                    Some(next) => self.see(next, &mut judge, &mut shown).await,
                    None => break,
                },
            }
        }
        let stopping = tokio::spawn(proxy.stop());
        let is_complete = tokio::select! {
            is_complete = self.drain(&mut passed, &mut judge, &mut shown) => is_complete,
            () = signals.asked_to_end() => false,
        };
        stopping.abort();
        if !is_complete {
            judge.leave_unfinished();
            let message = "an exchange was still under way, and is not in the results";
            terminal.warn(message);
        }
        self.end(judge, policy, file, shown).await
    }

    /// The services that requests are forwarded to.
    fn routes(&self, target: &Target) -> Result<Routes, ExitCode> {
        let named = &self.options.service;
        if let Some(unknown) = named
            .iter()
            .find(|name| !target.services.contains_key(*name))
        {
            let known: Vec<&str> = target.services.keys().map(String::as_str).collect();
            let help = format!("its services are {}", known.join(", "));
            let message = format!("the target has no service `{unknown}`");
            return Err(self.terminal.refuse(&message, &[help]));
        }
        let services = target.services.iter();
        let services = services.filter(|(name, _)| named.is_empty() || named.contains(name));
        let services = services.map(|(name, url)| (name.clone(), url.clone()));
        Routes::new(&services.collect()).map_err(|error| {
            let help = "choose one: `--service NAME`".to_owned();
            self.terminal.refuse(&error.to_string(), &[help])
        })
    }

    fn begin_file(&self, redactor: &Redactor) -> Result<Option<Arc<RecordFile>>, ExitCode> {
        let Some(path) = &self.options.out else {
            return Ok(None);
        };
        let shown = path.display().to_string();
        if self.wanted.iter().any(|report| report.path == shown) {
            let message = format!("a report and the recording have the same path: {shown}");
            return Err(self.terminal.refuse(&message, &[]));
        }
        let file = RecordFile::begin(path, None, redactor).map_err(|error| {
            let message = format!("the recording {shown} cannot be written: {error}");
            self.terminal.fail(ExitCode::Defect, &message, &[])
        })?;
        Ok(Some(Arc::new(file)))
    }

    /// Says where it listens, and what it does. A report on standard output must stay parseable.
    fn announce(&self, proxy: &Proxy, routes: &Routes, judge: &TrafficJudge, suite: &str) {
        let bases: Vec<String> = routes.bases().collect();
        let redactor = judge.redactor();
        let bases = redactor.redact(&bases.join(", ")).into_owned();
        let mut lines = vec![format!("listening on http://{}", proxy.address())];
        if !self.options.quiet {
            lines.push(format!("forwarding to {bases}"));
            let out = self.options.out.as_ref();
            let recording =
                out.map(|path| format!("recording every exchange to {}", path.display()));
            let judging = self.options.check.then(|| {
                let operations = count(judge.operations(), "operation");
                format!("judging the answers of {operations} of {suite}")
            });
            let judging =
                judging.unwrap_or_else(|| "judging nothing: that is `--check`".to_owned());
            lines.extend(recording);
            lines.push(format!("{judging}; end with Ctrl-C"));
        }
        let write = |out: &mut dyn std::io::Write| {
            lines
                .iter()
                .try_for_each(|line| writeln!(out, "{}", printable(line)))
        };
        if self.wanted.iter().any(Wanted::is_standard_output) {
            self.terminal.print_error(write);
        } else {
            self.terminal.print(write);
        }
    }

    /// Judges one exchange, and prints what is new.
    async fn see(&self, passed: Passed, judge: &mut TrafficJudge, shown: &mut usize) {
        let seeings: Vec<Seeing> = judge.judge(passed.exchange).await;
        if !self.options.check {
            return;
        }
        for report in seeings.into_iter().filter_map(|seeing| seeing.news) {
            *shown += 1;
            if *shown > MOST_SHOWN {
                continue;
            }
            let report = judge.redactor().again(*report);
            let options = text::TerminalOptions {
                colour: self.terminal.error_colour,
                width: self.terminal.width,
                is_cut: false,
                ..text::TerminalOptions::default()
            };
            self.terminal.print_error(|out| {
                text::render_exchange(&report, &options, out)?;
                if *shown == MOST_SHOWN {
                    writeln!(out, "further findings are shown at the end")?;
                }
                Ok(())
            });
        }
    }

    /// Judges what is still under way when no more requests are taken. Was that everything?
    async fn drain(
        &self,
        passed: &mut mpsc::Receiver<Passed>,
        judge: &mut TrafficJudge,
        shown: &mut usize,
    ) -> bool {
        let rest = async {
            while let Some(next) = passed.recv().await {
                self.see(next, judge, shown).await;
            }
        };
        tokio::time::timeout(2 * GRACE, rest).await.is_ok()
    }

    /// Writes the reports, and decides the exit code.
    async fn end(
        &self,
        judge: TrafficJudge,
        policy: Policy,
        file: Option<Arc<RecordFile>>,
        shown: usize,
    ) -> Result<ExitCode, ExitCode> {
        let (options, terminal) = (self.options, self.terminal);
        let (exchanges, judged) = judge.counts();
        let path = options.out.as_deref().map(Path::display);
        let path = path.map_or_else(|| "the proxy".to_owned(), |path| path.to_string());
        if !options.check {
            let written = file.map_or(Ok(()), |file| file.end());
            return match written {
                Ok(()) => {
                    let exchanges = count(exchanges, "exchange");
                    terminal.print(|out| writeln!(out, "{exchanges} recorded: {path}"));
                    Ok(ExitCode::Conforms)
                }
                Err(error) => {
                    let message = format!("the recording {path} could not be written: {error}");
                    Err(terminal.fail(ExitCode::Defect, &message, &[]))
                }
            };
        }
        let (report, redactor) = judge.report(policy, &path).await;
        let mut written = Written::write(&self.wanted, &report, &redactor, None, terminal);
        if shown <= MOST_SHOWN {
            written.has_shown_failures();
        }
        if let Some(file) = file {
            written.add("recording", &path, file.end());
        }
        let has_selection = !options.only.is_empty() || !options.skip.is_empty();
        let width = terminal.width;
        let summary = Exercised::of(&report, exchanges, judged, has_selection, width);
        if written.is_on_standard_output() {
            terminal.print_error(|out| summary.write(out));
        } else {
            terminal.print(|out| summary.write(out));
        }
        Ok(match written.show(&report, options.quiet, terminal) {
            ExitCode::Conforms => report.exit,
            defect => defect,
        })
    }
}

/// Which requirements the exchanges exercised, for people.
struct Exercised {
    lines: Vec<String>,
}

impl Exercised {
    fn of(
        report: &Report,
        exchanges: usize,
        judged: usize,
        has_selection: bool,
        width: usize,
    ) -> Exercised {
        let were = if judged == 1 { "was" } else { "were" };
        let mut lines = vec![format!(
            "{} went through, {judged} {were} judged by a rule of a contract",
            count(exchanges, "exchange")
        )];
        let skipped = report.cases.of(Verdict::Skip);
        let skipped: HashSet<String> = skipped.map(|case| case.id.clone()).collect();
        let was_seen = |one: &RequirementReport| {
            let mut cases = one.cases.iter();
            cases.any(|id| !skipped.contains(id.as_str()))
        };
        let is_checked = |one: &&RequirementReport| !one.cases.is_empty();
        for (word, disposition, seen) in [
            ("upheld", Disposition::Upheld, true),
            ("violated", Disposition::Violated, true),
            ("unproven", Disposition::Unproven, true),
            ("never exercised", Disposition::Unproven, false),
        ] {
            let checked = report.requirements.iter().filter(is_checked);
            let of_word = checked.filter(|one| one.disposition == disposition);
            let of_word = of_word.filter(|one| was_seen(one) == seen);
            let ids: Vec<&str> = of_word.map(|one| one.id.as_str()).collect();
            if !ids.is_empty() {
                lines.extend(listed(
                    &format!("  {word:<16}{:>4}  ", ids.len()),
                    &ids,
                    width,
                ));
            }
        }
        if !has_selection {
            let checked = report.requirements.iter().filter(is_checked);
            let exercised: BTreeSet<&str> = checked
                .filter(|one| was_seen(one))
                .map(|one| one.contract.as_str())
                .collect();
            // A selection has only what rules of its operations prove.
            let is_left_out = |one: &RequirementReport| {
                let is_of_another = !exercised.contains(one.contract.as_str());
                one.disposition == Disposition::Unproven && (is_of_another || one.cases.is_empty())
            };
            // To name every contract would leave nothing out but what only cases prove.
            let is_all = exercised.len() == report.contracts.len();
            if !exercised.is_empty() && !is_all && report.requirements.iter().any(is_left_out) {
                let only = exercised
                    .iter()
                    .map(|contract| format!(" --only {contract}"));
                let only: String = only.collect();
                lines.push(format!("  to judge only what was exercised:{only}"));
            }
        }
        Exercised { lines }
    }

    fn write(&self, out: &mut dyn std::io::Write) -> std::io::Result<()> {
        for line in &self.lines {
            writeln!(out, "{}", printable(line))?;
        }
        writeln!(out)
    }
}

/// Ids behind a lead, on as many lines as they need.
fn listed(lead: &str, ids: &[&str], width: usize) -> Vec<String> {
    let mut lines = vec![lead.to_owned()];
    for (number, id) in ids.iter().enumerate() {
        let comma = if number + 1 < ids.len() { ", " } else { "" };
        let last = lines.last().map_or(0, String::len);
        if last > lead.len() && last + id.len() + comma.trim_end().len() > width {
            lines.push(" ".repeat(lead.len()));
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(id);
            line.push_str(comma);
        }
    }
    let lines = lines.into_iter();
    lines.map(|line| line.trim_end().to_owned()).collect()
}

/// The exchange as other tools record it, and as `judge --target` reads it: the content of the body in place of the body
/// as it came, and no body if the checks give another result for what is written.
fn as_other_tools(mut recorded: RecordedExchange) -> RecordedExchange {
    recorded.origin = None;
    if recorded.gaps.hangs_on_secret || recorded.gaps.body == Some(BodyGap::Secret) {
        recorded.gaps.body = Some(BodyGap::NotKept);
    }
    if recorded.gaps.body.is_none()
        && let Ok(response) = &recorded.exchange.answer
    {
        let mut response = response.clone();
        response.body = recorded.response_body.to_vec();
        if decode(&mut response, CONTENT_LIMIT).is_ok() {
            recorded.response_length = response.body.len();
            recorded.response_body = Arc::from(response.body);
        } else {
            recorded.gaps.body = Some(BodyGap::NotKept);
        }
    }
    recorded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_on_as_many_lines_as_they_need() {
        let ids = ["A-01", "A-02", "A-03"];
        assert_eq!(listed("  x  ", &ids, 80), ["  x  A-01, A-02, A-03"]);
        assert_eq!(listed("  x  ", &ids, 16), ["  x  A-01, A-02,", "     A-03"]);
        assert_eq!(listed("  x  ", &ids, 0).len(), 3);
    }
}
