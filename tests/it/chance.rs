//! Chance that a seed brings back: a run that found something can be told again.

/// Numbers that follow from a seed (`SplitMix64`, Steele, Lea and Flood 2014).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn of(seed: usize) -> Self {
        Self(seed as u64)
    }

    /// Returns a number below a limit.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let below = (mixed ^ (mixed >> 31)) % limit as u64;
        usize::try_from(below).expect("it is below a usize")
    }

    pub(crate) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

/// Returns the seed of this run: the process's id, when nobody asks for one.
pub(crate) fn seed() -> usize {
    number("LANDFALL_TEST_SEED").unwrap_or(std::process::id() as usize)
}

/// Worlds that one loop tells at the same time.
pub(crate) fn at_a_time() -> usize {
    const AT_A_TIME: usize = 4;
    number("LANDFALL_TEST_AT_A_TIME").unwrap_or(AT_A_TIME)
}

/// Returns what who runs the tests asks for by a variable.
#[expect(clippy::disallowed_methods, reason = "who runs the tests chooses the seed and the length")]
pub(crate) fn number(variable: &str) -> Option<usize> {
    std::env::var(variable).ok()?.parse().ok()
}
