//! What several rounds of one measurement say: the least, the middle and the most.

use std::time::Duration;

/// The durations of one measurement, in the order of the rounds.
#[derive(Default)]
pub(crate) struct Figures(Vec<Duration>);

impl Figures {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    pub(crate) fn rounds(&self) -> usize {
        self.0.len()
    }

    /// Returns the least: what runs beside a measurement only adds to it.
    pub(crate) fn least(&self) -> Duration {
        self.sorted()[0]
    }

    /// Returns the middle one; of an even number the greater of the two in the middle.
    pub(crate) fn median(&self) -> Duration {
        let sorted = self.sorted();
        sorted[sorted.len() / 2]
    }

    /// Returns "min / **median** / max" in seconds.
    pub(crate) fn seconds(&self) -> String {
        let sorted = self.sorted();
        let [least, middle, most] =
            [sorted[0], self.median(), sorted[sorted.len() - 1]].map(|it| format!("{:.2}", it.as_secs_f64()));
        format!("{least} / **{middle}** / {most}")
    }

    /// Returns "min / **median** / max" in milliseconds.
    pub(crate) fn milliseconds(&self) -> String {
        let sorted = self.sorted();
        let [least, middle, most] = [sorted[0], self.median(), sorted[sorted.len() - 1]].map(|it| it.as_millis());
        format!("{least} / **{middle}** / {most}")
    }

    fn sorted(&self) -> Vec<Duration> {
        let mut sorted = self.0.clone();
        sorted.sort();
        assert!(!sorted.is_empty(), "there is at least one round");
        sorted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_rounds_does_not_matter() {
        let mut figures = Figures::default();
        for milliseconds in [30, 10, 20] {
            figures.add(Duration::from_millis(milliseconds));
        }
        assert_eq!(figures.milliseconds(), "10 / **20** / 30");
        assert_eq!(figures.seconds(), "0.01 / **0.02** / 0.03");
    }
}
