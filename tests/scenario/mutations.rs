//! The promise that no input does harm: thousands of damaged scenario, runbook and trace files,
//! always the same ones, give diagnostics that can be rendered or a valid input; never a panic,
//! never a hang.

use std::collections::BTreeMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use poolproof::app::document::{result, verdict};
use poolproof::app::replay::Replay;
use poolproof::scenario::library::{Resolver, Unreadable};
use poolproof::scenario::{load, load_text};
use poolproof_models::state::topology::Topology;
use poolproof_reports::trace::Trace;
use poolproof_reports::{bundle, json};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// How many damaged files are read; all of them in a few seconds.
const CASES: u64 = 6_000;

/// One file may take no longer, on a slow machine under load.
const SLOWEST: Duration = Duration::from_secs(10);

/// The files of the library by the names they have there, as undamaged neighbours.
pub struct Library {
    pub files: BTreeMap<String, String>,
}

impl Library {
    pub fn read() -> Self {
        let mut files = BTreeMap::new();
        let directories = ["", "/runbooks", "/templates", "/hazards", "/invalid"];
        for directory in directories {
            for entry in fs::read_dir(format!("scenarios{directory}")).unwrap() {
                let path = entry.unwrap().path();
                if path
                    .extension()
                    .is_some_and(|extension| extension == "toml")
                {
                    let text = fs::read_to_string(&path).unwrap();
                    files.insert(path.display().to_string(), text);
                }
            }
        }
        Self { files }
    }

    fn texts(&self) -> Vec<&str> {
        self.files.values().map(String::as_str).collect()
    }
}

/// The library with one of its runbooks damaged.
struct Damaged<'a> {
    whole: &'a Library,
    runbook: Option<String>,
}

impl Resolver for Damaged<'_> {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        match &self.runbook {
            Some(text) if name.contains("runbooks/") => Ok(text.clone()),
            _ => self
                .whole
                .files
                .get(name)
                .cloned()
                .ok_or(Unreadable::Missing),
        }
    }
}

/// Seeded damage.
struct Mutator<'a> {
    random: ChaCha8Rng,
    texts: &'a [&'a str],
}

/// What people, editors and merge tools leave behind.
const PATCHES: [&str; 40] = [
    "=",
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    ",",
    ".",
    "#",
    "\n",
    "\r\n",
    "\t",
    "\0",
    "\u{feff}",
    "\u{202e}",
    "ü",
    "日本語",
    "\\u{110000}",
    "\\ud800",
    "0x",
    "1e999",
    "-1",
    "nan",
    "-inf",
    "99999999999999999999999999",
    "18446744073709551616",
    "\"1e9d\"",
    "\"999999999999999s\"",
    "true",
    "[]",
    "{}",
    "<<<<<<< HEAD\n",
    "extends = \"lync-2013-lbw.toml\"\n",
    "1979-05-27T07:32:00Z",
    "\"0/year\"",
];

impl Mutator<'_> {
    fn below(&mut self, limit: usize) -> usize {
        // The bias of a remainder does not matter here.
        (self.random.next_u64() % limit.max(1) as u64) as usize
    }

    /// A place in a text, on a character boundary.
    fn place(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }

    fn range(&mut self, text: &str, longest: usize) -> std::ops::Range<usize> {
        let start = self.place(text);
        let length = self.below(longest);
        let mut end = (start + length).min(text.len());
        while !text.is_char_boundary(end) {
            end += 1;
        }
        start..end
    }

    fn line(&mut self, text: &str) -> String {
        let lines: Vec<&str> = text.lines().collect();
        let at = self.below(lines.len());
        lines.get(at).copied().unwrap_or_default().to_owned()
    }

    fn mutate(&mut self, text: &str) -> String {
        let mut text = text.to_owned();
        for _ in 0..=self.below(4) {
            text = self.once(&text);
        }
        text
    }

    fn once(&mut self, text: &str) -> String {
        let lines = || text.lines().map(str::to_owned).collect::<Vec<String>>();
        match self.below(12) {
            // A bit flipped; what is no UTF-8 then becomes a replacement character.
            0 => {
                let mut bytes = text.as_bytes().to_vec();
                let at = self.below(bytes.len());
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
                String::from_utf8_lossy(&bytes).into_owned()
            }
            1 => {
                let range = self.range(text, 30);
                format!("{}{}", &text[..range.start], &text[range.end..])
            }
            2 => {
                let range = self.range(text, 12);
                let patch = PATCHES[self.below(PATCHES.len())];
                format!("{}{patch}{}", &text[..range.start], &text[range.end..])
            }
            3 => self.words_swapped(text),
            4 => {
                let mut lines = lines();
                if !lines.is_empty() {
                    let at = self.below(lines.len());
                    let line = lines[at].clone();
                    lines.insert(self.below(lines.len()), line);
                }
                lines.join("\n")
            }
            5 => {
                let mut lines = lines();
                if !lines.is_empty() {
                    lines.remove(self.below(lines.len()));
                }
                lines.join("\n")
            }
            6 => {
                let mut lines = lines();
                if lines.len() > 1 {
                    let (one, other) = (self.below(lines.len()), self.below(lines.len()));
                    lines.swap(one, other);
                }
                lines.join("\n")
            }
            // A line of another file of the library.
            7 => {
                let other = self.texts[self.below(self.texts.len())];
                let line = self.line(other);
                let mut lines = lines();
                let at = self.below(lines.len() + 1);
                lines.insert(at, line);
                lines.join("\n")
            }
            8 => {
                let depth = 1 + self.below(3_000);
                let (open, close) = [("[", "]"), ("{ a = ", " }")][self.below(2)];
                format!(
                    "{text}\nx = {}1{}\n",
                    open.repeat(depth),
                    close.repeat(depth)
                )
            }
            9 => {
                let depth = 1 + self.below(300);
                format!("{text}\n{} = 1\n", vec!["a"; depth].join("."))
            }
            10 => text[..self.place(text)].to_owned(),
            _ => self.number_replaced(text),
        }
    }

    fn words_swapped(&mut self, text: &str) -> String {
        let words: Vec<&str> = text.split_inclusive([' ', '\n', ',', '=']).collect();
        let mut words = words;
        if words.len() > 1 {
            let (one, other) = (self.below(words.len()), self.below(words.len()));
            words.swap(one, other);
        }
        words.concat()
    }

    fn number_replaced(&mut self, text: &str) -> String {
        let digits: Vec<usize> = text
            .char_indices()
            .filter(|(_, c)| c.is_ascii_digit())
            .map(|(at, _)| at)
            .collect();
        let chosen = self.below(digits.len());
        let Some(&at) = digits.get(chosen) else {
            return text.to_owned();
        };
        let huge = ["0", "99999999999", "4294967296", "1e308", "00", "0.0000001"][self.below(6)];
        format!("{}{huge}{}", &text[..at], &text[at + 1..])
    }
}

/// What the time is, to notice a hang.
#[expect(
    clippy::disallowed_methods,
    reason = "a hang is a matter of the real clock, and no result"
)]
fn now() -> Instant {
    Instant::now()
}

/// Reads one case; says what went wrong, if anything.
fn read(name: &str, text: &str, resolver: &Damaged<'_>, valid: &mut u64) -> Option<String> {
    let start = now();
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        match load_text(name, text, &[], resolver) {
            Ok(loaded) => {
                // A valid input can be made into what the engines run on.
                let topology: Topology = poolproof::app::compile::timed_topology(&loaded.scenario);
                !topology.nodes().is_empty()
            }
            Err(error) => {
                let shown = error.to_string();
                assert!(!error.diagnostics.is_empty() && !shown.is_empty());
                for found in &error.diagnostics {
                    assert!(poolproof::scenario::codes::page(&found.code).is_some());
                    assert!(!found.message.is_empty());
                }
                false
            }
        }
    }));
    match outcome {
        Err(_) => Some("a panic".to_owned()),
        Ok(_) if start.elapsed() > SLOWEST => Some(format!("took {:?}", start.elapsed())),
        Ok(was_valid) => {
            *valid += u64::from(was_valid);
            None
        }
    }
}

/// Files as large as they may be, each made so that something grows faster than it.
#[test]
fn large_and_deep_files_are_answered_in_time() {
    let many = |line: &str| line.repeat((1 << 18) / line.len());
    let deep = 100_000;
    let keys: String = (0..15_000).map(|key| format!("k{key:012} = 1\n")).collect();
    let texts = [
        format!("{} = 1", vec!["a"; deep].join(".")),
        format!("[{}]", vec!["a"; deep].join(".")),
        format!("x = {}{}", "[".repeat(deep), "]".repeat(deep)),
        format!("x = {}1{}", "{a=".repeat(deep), "}".repeat(deep)),
        format!("[pool]\n{keys}"),
        many("]\n"),
        many("x\n"),
        many("\"\n"),
        format!("[expect]\nobjectives = [{}]", many("\"x\",")),
        format!("[mirroring]\nredo = {{ mixture = [{}] }}", many("{x=1},")),
        format!("[check]\nproperties = [{}]", many("1,")),
        format!("title = \"{}\"", many("x")),
        format!("[pool]\ndc1 = {{ {} }}", keys.replace('\n', ",")),
        format!(
            "[failures]\nsite_outage = {{ repair = {{ {} }} }}",
            keys.replace('\n', ",")
        ),
    ];
    let library = Library::read();
    let resolver = Damaged {
        whole: &library,
        runbook: None,
    };
    for (index, text) in texts.iter().enumerate() {
        let mut valid = 0;
        let why = read("scenarios/large.toml", text, &resolver, &mut valid);
        assert_eq!(why, None, "text {index}");
        assert_eq!(valid, 0, "text {index}");
    }
}

#[test]
fn damaged_files_give_diagnostics_or_a_valid_input() {
    let library = Library::read();
    let texts = library.texts();
    let scenarios: Vec<(&String, &String)> = library
        .files
        .iter()
        .filter(|(name, _)| !name.contains("runbooks"))
        .collect();
    let runbooks: Vec<&String> = library
        .files
        .iter()
        .filter(|(name, _)| name.starts_with("scenarios/runbooks"))
        .map(|(_, text)| text)
        .collect();
    let mut valid = 0;
    for case in 0..CASES {
        let mut mutator = Mutator {
            random: ChaCha8Rng::seed_from_u64(case),
            texts: &texts,
        };
        let (name, text, runbook) = if case % 3 == 0 {
            let runbook = runbooks[mutator.below(runbooks.len())];
            let name = "scenarios/lync-2013-lbw.toml".to_owned();
            let text = library.files[&name].clone();
            (name, text, Some(mutator.mutate(runbook)))
        } else {
            let (name, text) = scenarios[mutator.below(scenarios.len())];
            (name.clone(), mutator.mutate(text), None)
        };
        let resolver = Damaged {
            whole: &library,
            runbook,
        };
        if let Some(why) = read(&name, &text, &resolver, &mut valid) {
            let damaged = resolver.runbook.as_ref().unwrap_or(&text);
            panic!("case {case} of {name}: {why}\n{damaged}");
        }
    }
    // Damage that is never noticed, or always fatal, would test little.
    assert!(valid > CASES / 50, "{valid} of {CASES} are still valid");
    assert!(valid < CASES * 3 / 4, "{valid} of {CASES} are still valid");
}

/// The counterexamples of a hazard, as they are stored.
fn traces(path: &str) -> Vec<String> {
    let scenario = load(Path::new(path)).unwrap().scenario;
    let checked = verdict::check(&scenario, &mut |_| true);
    let document = result::document(&scenario, &[], "poolproof", vec![checked.document], None);
    let traces = bundle::traces(&document);
    traces
        .iter()
        .map(|trace| json::trace(trace).unwrap())
        .collect()
}

#[test]
fn damaged_traces_are_refused_or_replayed() {
    const HAZARD: &str = "scenarios/hazards/H-01-failover-during-partition.toml";
    let scenario = load(Path::new(HAZARD)).unwrap().scenario;
    let stored = traces(HAZARD);
    let texts: Vec<&str> = stored.iter().map(String::as_str).collect();
    let (mut replayed, mut refused) = (0, 0);
    for case in 0..CASES / 3 {
        let mut mutator = Mutator {
            random: ChaCha8Rng::seed_from_u64(case),
            texts: &texts,
        };
        let text = texts[mutator.below(texts.len())];
        let damaged = mutator.once(text);
        let start = now();
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let trace = Trace::parse(&damaged).map_err(|error| error.to_string())?;
            let replay = Replay::new(&scenario, &trace).map_err(|error| error.to_string())?;
            // As recorded or not: both are answers.
            let _ = replay.run(&trace, &mut |_| {});
            Ok::<(), String>(())
        }));
        match outcome {
            Ok(Ok(())) => replayed += 1,
            Ok(Err(why)) => {
                assert!(!why.is_empty());
                refused += 1;
            }
            Err(_) => panic!("case {case}: a panic\n{damaged}"),
        }
        assert!(start.elapsed() < SLOWEST, "case {case}\n{damaged}");
    }
    assert!(
        replayed > 50 && refused > 50,
        "{replayed} replayed, {refused} refused"
    );
}
