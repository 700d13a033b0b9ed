//! How long somebody waits for a search, and how much memory it may take.

use std::time::Duration;

use clap::Args;

use super::quoted;
use super::timing::Stopwatch;
use crate::scenario::value::parse_duration;

/// Bounds of the search on the command line: a file cannot know the machine.
#[derive(Args, Clone, Default)]
pub struct BoundArgs {
    /// End the search of each scenario after this time, for example 30s; what is open then is
    /// undecided
    #[arg(long, value_name = "DURATION", value_parser = time)]
    time_limit: Option<Given<Duration>>,
    /// End the search before its tables take more than this, for example 2GB; what is open then is
    /// undecided
    #[arg(long, value_name = "SIZE", value_parser = size)]
    memory_limit: Option<Given<u64>>,
}

/// A value with the word that stands for it on the command line.
#[derive(Clone)]
struct Given<T> {
    value: T,
    word: String,
}

impl BoundArgs {
    /// The longest time.
    pub fn time(&self) -> Option<Duration> {
        self.time_limit.as_ref().map(|given| given.value)
    }

    /// The most bytes.
    pub fn bytes(&self) -> Option<u64> {
        self.memory_limit.as_ref().map(|given| given.value)
    }

    /// The time in words.
    pub fn time_words(&self) -> String {
        let word = self.time_limit.as_ref().map_or("", |given| &given.word);
        format!("the time limit of {word}")
    }

    /// The time that is left, for the line of progress; nothing where there is no limit.
    pub fn left(&self, watch: &Stopwatch) -> String {
        let left = |limit: Duration| limit.as_secs_f64() - watch.seconds();
        self.time().map_or_else(String::new, |limit| {
            format!(", at most {:.0}s left", left(limit).max(0.0))
        })
    }

    /// The bounds in words, for the result.
    pub fn words(&self) -> Vec<String> {
        let time = self.time_limit.as_ref().map(|given| given.word.clone());
        let size = self.memory_limit.as_ref();
        let size = size.map(|given| format!("{} of tables", given.word));
        time.into_iter().chain(size).collect()
    }

    /// The options as they would be typed.
    pub fn reproducing(&self) -> String {
        let mut out = String::new();
        if let Some(given) = &self.time_limit {
            out.push_str(&format!(" --time-limit {}", quoted(&given.word)));
        }
        if let Some(given) = &self.memory_limit {
            out.push_str(&format!(" --memory-limit {}", quoted(&given.word)));
        }
        out
    }
}

fn time(word: &str) -> Result<Given<Duration>, String> {
    let read = parse_duration(word).map_err(|why| format!("{why}; a duration such as 30s"))?;
    if read.ms == 0 {
        return Err("no time at all; a duration such as 30s".to_owned());
    }
    Ok(Given {
        value: Duration::from_millis(read.ms),
        word: word.trim().to_owned(),
    })
}

fn size(word: &str) -> Result<Given<u64>, String> {
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
        Some(value) if value > 0 => Ok(Given {
            value,
            word: text.to_owned(),
        }),
        _ => Err(expected.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_times_have_units() {
        let bytes = |word: &str| size(word).ok().map(|given| given.value);
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
        let ms = |word: &str| time(word).ok().map(|given| given.value.as_millis());
        assert_eq!(ms("1h 30min"), Some(5_400_000));
        for word in ["30", "0s", "soon"] {
            assert_eq!(ms(word), None, "{word}");
        }
    }
}
