//! Any bytes as a scenario and as the runbooks that it names: diagnostics or a valid input, never a
//! panic. Run with `cargo +nightly fuzz run scenario`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use poolproof::scenario::library::{Resolver, Unreadable};
use poolproof::scenario::load_text;

/// The same text for every file that is asked for.
struct Same<'a> {
    text: &'a str,
}

impl Resolver for Same<'_> {
    fn read(&self, _name: &str) -> Result<String, Unreadable> {
        Ok(self.text.to_owned())
    }
}

// What stands before a zero byte is the scenario, the rest is the runbook.
fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let (scenario, runbook) = text.split_once('\0').unwrap_or((text, ""));
    match load_text("fuzz.toml", scenario, &[], &Same { text: runbook }) {
        Ok(loaded) => {
            let _ = poolproof::app::compile::timed_topology(&loaded.scenario);
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
