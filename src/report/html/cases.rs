//! The list of all cases: the controls. The script draws the rows from the data of the page.

use maud::{Markup, html};

use crate::model::{Report, Verdict};
use crate::report::html::shown::shown;

pub(super) fn section(report: &Report) -> Markup {
    let verdicts = [
        (Verdict::Fail, report.summary.fail),
        (Verdict::Flaky, report.summary.flaky),
        (Verdict::Error, report.summary.error),
        (Verdict::Warn, report.summary.warn),
        (Verdict::Skip, report.summary.skip),
        (Verdict::Pass, report.summary.pass),
    ];
    html! {
        section #cases aria-labelledby="cases-heading" {
            h2 #cases-heading tabindex="-1" { "All cases" }
            noscript { p { "The list is drawn by JavaScript. Without it, the JSON report has every case." } }
            form #filters role="search" aria-label="Cases" hidden {
                label.search {
                    span.vh { "Search ids, titles, requirements and reasons" }
                    input #q type="search" placeholder="Search id, title, requirement, reason" autocomplete="off" spellcheck="false";
                }
                fieldset {
                    legend.vh { "Verdict" }
                    @for (verdict, number) in verdicts {
                        @if number > 0 {
                            label.chip {
                                input type="checkbox" name="verdict" value=(verdict.name());
                                span class={ "badge v-" (verdict.name()) } { span aria-hidden="true" { (crate::report::html::shown::sign(verdict)) } " " (verdict.name()) }
                            }
                        }
                    }
                }
                label { span.vh { "Contract" }
                    select #contract {
                        option value="" { "every contract" }
                        @for contract in &report.contracts { option value=(shown(&contract.name)) { (shown(&contract.name)) } }
                    }
                }
                label { span.vh { "Level" }
                    select #level {
                        option value="" { "every level" }
                        @for level in ["MUST", "SHOULD", "MAY"] { option value=(level) { (level) } }
                    }
                }
                label { span.vh { "Order" }
                    select #order { option value="" { "in order of the run" } option value="slow" { "slowest first" } option value="id" { "by id" } }
                }
                button #clear type="reset" { "Clear" }
            }
            p #found role="status" {}
            ol #rows {}
            p { button #more type="button" hidden {} }
        }
    }
}
