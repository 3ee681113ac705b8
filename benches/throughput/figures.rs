//! Samples become medians, and medians become a table of ratios.

use super::process::Usage;

/// What several runs of the same thing cost.
#[derive(Default)]
pub(crate) struct Samples(Vec<Usage>);

impl Samples {
    pub(crate) fn add(&mut self, usage: &Usage) {
        self.0.push(*usage);
    }

    /// Median of the wall times, in seconds.
    pub(crate) fn wall(&self) -> f64 {
        self.median(|usage| usage.wall.as_secs_f64())
    }

    /// The shortest wall time, in seconds: the one that the rest of the machine disturbed least.
    pub(crate) fn fastest_wall(&self) -> f64 {
        let walls = self.0.iter().map(|usage| usage.wall.as_secs_f64());
        walls.fold(f64::INFINITY, f64::min)
    }

    /// Median of the processor times, in seconds.
    pub(crate) fn cpu(&self) -> f64 {
        self.median(|usage| usage.cpu.as_secs_f64())
    }

    /// Median of the peaks of memory, in MiB.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn peak(&self) -> f64 {
        self.median(|usage| usage.peak as f64 / f64::from(1 << 20))
    }

    /// Median of the most memory that was its own, in MiB.
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn own(&self) -> f64 {
        self.median(|usage| usage.own as f64 / f64::from(1 << 20))
    }

    fn median(&self, of: impl Fn(&Usage) -> f64) -> f64 {
        let mut values: Vec<f64> = self.0.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    }
}

/// Several ways to do the same, beside the thin loop.
pub(crate) struct Comparison<'s> {
    pub(crate) cases: usize,
    pub(crate) thin: &'s Samples,
    pub(crate) others: &'s [(&'s str, &'s Samples)],
}

impl Comparison<'_> {
    /// Prints a table:
    ///
    /// ```text
    /// |          | wall | of thin | cpu | of thin | cpu per case | cases/s | peak memory |
    /// | thin ... |  ...
    /// ```
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    pub(crate) fn print(&self) {
        println!("| | wall | x thin | cpu | x thin | cpu per case | cases per s | peak memory |");
        println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
        for (name, samples) in [("thin loop", self.thin)].iter().chain(self.others) {
            let cases = self.cases as f64;
            println!(
                "| {name} | {:.0} ms | {:.2} | {:.0} ms | {:.2} | {:.0} us | {:.0} | {:.1} MiB |",
                samples.wall() * 1e3,
                samples.wall() / self.thin.wall(),
                samples.cpu() * 1e3,
                samples.cpu() / self.thin.cpu(),
                samples.cpu() * 1e6 / cases,
                cases / samples.wall(),
                samples.peak(),
            );
        }
    }
}
