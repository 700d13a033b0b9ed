//! How long somebody waits for a search, and how much memory it may take.

use std::time::Duration;

use clap::Args;

use crate::app::limits::{LimitValue, SearchLimits};
use crate::app::reproduction::Reproduction;
use crate::scenario::value::parse_duration;

/// Limits of the search on the command line: a file cannot know the machine.
#[derive(Args, Clone, Default)]
pub struct LimitArgs {
    /// End the search of each scenario after this time, for example 30s; whatever is unresolved by
    /// then is reported as undecided
    #[arg(long, value_name = "DURATION", value_parser = time)]
    time_limit: Option<LimitValue<Duration>>,
    /// End the search before its tables take more than this, for example 2GB; whatever is
    /// unresolved by then is reported as undecided. Unless given, three quarters of the memory
    /// that is free, or that the control group leaves
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory_limit: Option<LimitValue<u64>>,
}

impl LimitArgs {
    /// The limits.
    pub fn limits(&self) -> SearchLimits {
        SearchLimits {
            time: self.time_limit.clone(),
            bytes: self.memory_limit.clone(),
            spare_bytes: None,
        }
    }

    /// The options that were given, with their values.
    pub fn options(&self) -> Vec<(String, String)> {
        let time = self.time_limit.as_ref().map(|limit| &limit.text);
        let size = self.memory_limit.as_ref().map(|limit| &limit.text);
        let given = [("--time-limit", time), ("--memory-limit", size)];
        let given = given
            .into_iter()
            .filter_map(|(name, text)| Some((name, text?)));
        given
            .map(|(name, text)| (name.to_owned(), text.clone()))
            .collect()
    }

    /// A command with these options.
    pub fn add_to(&self, command: Reproduction) -> Reproduction {
        let options = self.options();
        options
            .iter()
            .fold(command, |command, (name, text)| command.option(name, text))
    }
}

fn time(word: &str) -> Result<LimitValue<Duration>, String> {
    let read = parse_duration(word).map_err(|why| format!("{why}; a duration such as 30s"))?;
    if read.ms == 0 {
        return Err("no time at all; a duration such as 30s".to_owned());
    }
    Ok(LimitValue {
        value: Duration::from_millis(read.ms),
        text: word.trim().to_owned(),
    })
}

fn size(word: &str) -> Result<LimitValue<u64>, String> {
    let expected = "expected a size such as 500MB, 2GB or 2GiB";
    let text = word.trim();
    let end = text.find(|c: char| !c.is_ascii_digit());
    let (number, unit) = text.split_at(end.unwrap_or(text.len()));
    let unit: u64 = match unit.trim() {
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return Err(expected.to_owned()),
    };
    let bytes = number.parse::<u64>().ok().and_then(|n| n.checked_mul(unit));
    match bytes {
        Some(value) if value > 0 => Ok(LimitValue {
            value,
            text: text.to_owned(),
        }),
        _ => Err(expected.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        let bytes = |word: &str| size(word).ok().map(|limit| limit.value);
        assert_eq!(bytes("2GB"), Some(2_000_000_000));
        assert_eq!(bytes(" 512 MiB "), Some(512 << 20));
        let no_sizes = [
            "2",
            "GB",
            "0GB",
            "-1GB",
            "1.5GB",
            "2 bytes",
            "99999999999TB",
            "",
        ];
        for word in no_sizes {
            assert_eq!(bytes(word), None, "{word}");
        }
        let ms = |word: &str| time(word).ok().map(|limit| limit.value.as_millis());
        assert_eq!(ms("1h 30min"), Some(5_400_000));
        for word in ["30", "0s", "soon"] {
            assert_eq!(ms(word), None, "{word}");
        }
    }
}
