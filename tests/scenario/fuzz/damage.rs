//! Structural damage, the same for every seed: documents are cut into tokens, which TOML, JSON and
//! CSV have in common, so that what comes out is often still well-formed and says something else.

use std::ops::Range;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Numbers at the edges of types, of what is sensible, and of what a number is.
const NUMBERS: [&str; 26] = [
    "0",
    "-0",
    "1",
    "-1",
    "2147483648",
    "4294967295",
    "4294967296",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "340282366920938463463374607431768211456",
    "1e308",
    "-1e308",
    "1e999",
    "5e-324",
    "0.1",
    "-0.0",
    "NaN",
    "nan",
    "-inf",
    "00",
    "0x7f",
    "1_000",
    "253402300800000",
];

/// Texts that somebody may obey: a terminal, a shell, a spreadsheet, a file system, a browser; and
/// quantities at the edges.
const TEXTS: [&str; 28] = [
    "",
    " ",
    "..",
    "../../../etc/passwd",
    "/dev/zero",
    "C:\\\\x",
    "a/b",
    "-x",
    "=1+1",
    "@SUM(A1)",
    "$(id)",
    "\\u0000",
    "\\u001b[31m",
    "\\u202e",
    "\\ud800",
    "\u{7f}\u{9b}1m",
    "\u{feff}",
    "<script>",
    "]]>",
    "{{x}}",
    "-5min",
    "0s",
    "1e9d",
    "18446744073709551615ms",
    "9999999999999999999y",
    "1e308/year",
    "9999-12-31T23:59:59Z",
    "0000-00-00 00:00:00",
];

/// Where a token lies, and what kind it is.
#[derive(Clone, PartialEq, Eq)]
struct Token {
    at: Range<usize>,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Between quotes.
    Text,
    Number,
    Word,
    Blank,
    /// A single byte of punctuation.
    Mark(u8),
}

/// The tokens of a document, which cover it.
fn tokens(bytes: &[u8]) -> Vec<Token> {
    const fn is_word(byte: u8) -> bool {
        byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'+' | 0x80..)
    }
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let first = bytes[at];
        let run = |is: fn(u8) -> bool| {
            let rest = bytes[at..].iter();
            at + rest.take_while(|byte| is(**byte)).count()
        };
        let (end, kind) = match first {
            b'"' | b'\'' => (quoted(bytes, at), Kind::Text),
            byte if byte.is_ascii_whitespace() => (run(|b| b.is_ascii_whitespace()), Kind::Blank),
            byte if is_word(byte) => {
                let end = run(is_word);
                let digit = bytes[at..end].iter().find(|b| !matches!(b, b'-' | b'+'));
                match digit.is_some_and(u8::is_ascii_digit) {
                    true => (end, Kind::Number),
                    false => (end, Kind::Word),
                }
            }
            byte => (at + 1, Kind::Mark(byte)),
        };
        found.push(Token { at: at..end, kind });
        at = end;
    }
    found
}

/// Where a text that begins with a quote ends: behind the next such quote on its line.
fn quoted(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            byte if byte == bytes[from] => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Seeded damage to documents.
pub struct Damage<'a> {
    random: ChaCha8Rng,
    /// Other documents, from which pieces may come.
    others: &'a [(String, Vec<u8>)],
}

impl<'a> Damage<'a> {
    /// The damage of one case.
    pub fn new(seed: u64, case: u64, others: &'a [(String, Vec<u8>)]) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        random.set_stream(case);
        Self { random, others }
    }

    /// A number below a limit; 0 if there is none.
    pub fn below(&mut self, limit: usize) -> usize {
        self.random.random_range(0..limit.max(1))
    }

    fn one_of(&mut self, texts: &[&'static str]) -> &'static str {
        texts[self.below(texts.len())]
    }

    /// A damaged copy.
    pub fn damaged(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        // Mostly once: damage upon damage is seldom accepted.
        for _ in 0..=self.below(4).min(self.below(4)) {
            bytes = match self.below(8) {
                0 => self.raw(&bytes),
                1 => self.lines(&bytes),
                _ => self.structural(&bytes),
            };
        }
        bytes
    }

    /// Bytes flipped, removed, put in or cut off, whatever they say.
    fn raw(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut bytes = bytes.to_vec();
        let at = self.below(bytes.len());
        match self.below(4) {
            0 => {
                let bit = self.below(8);
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            1 => bytes.truncate(at),
            2 => drop(bytes.drain(at..(at + 1 + self.below(20)).min(bytes.len()))),
            _ => {
                let marks = b"\0\x1b\r\n\t\"'\\[]{}(),;:=#\xff\xc3\xfe";
                bytes.insert(at, marks[self.below(marks.len())]);
            }
        }
        bytes
    }

    /// Lines removed, doubled, moved, or taken from another document.
    fn lines(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut lines: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
        let at = self.below(lines.len());
        let to = self.below(lines.len());
        match self.below(4) {
            _ if lines.is_empty() => {}
            0 => drop(lines.remove(at)),
            1 => lines.insert(to, lines[at]),
            2 => lines.swap(at, to),
            _ => {
                let (_, other) = &self.others[self.below(self.others.len())];
                let others: Vec<&[u8]> = other.split_inclusive(|byte| *byte == b'\n').collect();
                if !others.is_empty() {
                    lines.insert(at, others[self.below(others.len())]);
                }
            }
        }
        lines.concat()
    }

    /// Tokens, keys and values.
    fn structural(&mut self, bytes: &[u8]) -> Vec<u8> {
        let tokens = tokens(bytes);
        let of = |kinds: fn(Kind) -> bool| -> Vec<usize> {
            let found = tokens.iter().enumerate();
            found
                .filter(|(_, token)| kinds(token.kind))
                .map(|(i, _)| i)
                .collect()
        };
        let span = |from: usize, to: usize| tokens[from].at.start..tokens[to].at.end;
        match self.below(12) {
            0..=2 => {
                let numbers = of(|kind| kind == Kind::Number);
                let Some(at) = self.chosen(&numbers) else {
                    return self.raw(bytes);
                };
                let number = self.one_of(&NUMBERS);
                replaced(bytes, &[(tokens[at].at.clone(), number.into())])
            }
            3 => {
                let texts = of(|kind| kind == Kind::Text);
                let Some(at) = self.chosen(&texts) else {
                    return self.raw(bytes);
                };
                let text = match self.below(12) {
                    0 => "x".repeat(1 + self.below(5_000)),
                    _ => self.one_of(&TEXTS).to_owned(),
                };
                replaced(
                    bytes,
                    &[(tokens[at].at.clone(), format!("\"{text}\"").into())],
                )
            }
            // Two of a kind change places.
            4 | 5 => {
                let kinds: fn(Kind) -> bool = match self.below(3) {
                    0 => |kind| kind == Kind::Text,
                    1 => |kind| kind == Kind::Number,
                    _ => |kind| kind != Kind::Blank,
                };
                let those = of(kinds);
                match (self.chosen(&those), self.chosen(&those)) {
                    (Some(one), Some(other)) if one != other => swapped(
                        bytes,
                        span(one.min(other), one.min(other)),
                        span(one.max(other), one.max(other)),
                    ),
                    _ => self.raw(bytes),
                }
            }
            6 => {
                let solid = of(|kind| kind != Kind::Blank);
                let Some(at) = self.chosen(&solid) else {
                    return self.raw(bytes);
                };
                let twice = [
                    &bytes[tokens[at].at.clone()],
                    b" ",
                    &bytes[tokens[at].at.clone()],
                ];
                let instead = if self.below(2) == 0 {
                    Vec::new()
                } else {
                    twice.concat()
                };
                replaced(bytes, &[(tokens[at].at.clone(), instead)])
            }
            _ => self.entry(bytes, &tokens),
        }
    }

    fn chosen(&mut self, of: &[usize]) -> Option<usize> {
        let at = self.below(of.len());
        of.get(at).copied()
    }

    /// A key with its value removed, doubled, renamed, or given another value.
    fn entry(&mut self, bytes: &[u8], tokens: &[Token]) -> Vec<u8> {
        let found = entries(tokens);
        let at = self.below(found.len());
        let Some(entry) = found.get(at) else {
            return self.raw(bytes);
        };
        let text = |at: &Range<usize>| bytes[at.clone()].to_vec();
        let within = |inner: &[u8], open: &str, close: &str| {
            [open.as_bytes(), inner, close.as_bytes()].concat()
        };
        let value = text(&entry.value);
        match self.below(9) {
            0 => replaced(bytes, &[(entry.with_comma.clone(), Vec::new())]),
            1 => {
                let comma = if entry.is_json { "," } else { "\n" };
                let whole = entry.key.start..entry.value.end;
                let twice = [&text(&whole)[..], comma.as_bytes(), &text(&whole)].concat();
                replaced(bytes, &[(whole, twice)])
            }
            2 => {
                let mut key = text(&entry.key);
                let middle = key.len() / 2;
                key.insert(middle, b"xs_1"[self.below(4)]);
                replaced(bytes, &[(entry.key.clone(), key)])
            }
            // A key of elsewhere in the document.
            3 => {
                let other = &found[self.below(found.len())];
                replaced(bytes, &[(entry.key.clone(), text(&other.key))])
            }
            // The value of elsewhere in the document.
            4 | 5 => {
                let other = &found[self.below(found.len())];
                let same = other.value.len() < 20_000;
                let instead = if same { text(&other.value) } else { Vec::new() };
                replaced(bytes, &[(entry.value.clone(), instead)])
            }
            6 => {
                let others = ["null", "true", "[]", "{}", "\"\"", "0", "[[]]", "-1", "1.5"];
                let instead = self.one_of(&others).into();
                replaced(bytes, &[(entry.value.clone(), instead)])
            }
            7 => {
                let nested = match self.below(3) {
                    0 => within(&value, "[", "]"),
                    1 if entry.is_json => within(&value, "{\"a\":", "}"),
                    1 => within(&value, "{ a = ", " }"),
                    _ => {
                        let depth = 1 + self.below(400);
                        within(&value, &"[".repeat(depth), &"]".repeat(depth))
                    }
                };
                replaced(bytes, &[(entry.value.clone(), nested)])
            }
            // A list with its elements once more.
            _ => match value
                .strip_suffix(b"]")
                .and_then(|list| list.strip_prefix(b"["))
            {
                Some(inner) if inner.len() < 20_000 && !inner.trim_ascii().is_empty() => {
                    let twice = [b"[", inner, b",", inner, b"]"].concat();
                    replaced(bytes, &[(entry.value.clone(), twice)])
                }
                _ => replaced(bytes, &[(entry.value.clone(), b"[]".to_vec())]),
            },
        }
    }
}

/// A key with its value.
struct Entry {
    key: Range<usize>,
    value: Range<usize>,
    /// Both, with the comma that divides them from their neighbour.
    with_comma: Range<usize>,
    is_json: bool,
}

/// The keys of a document: what stands before a colon or an equals sign.
fn entries(tokens: &[Token]) -> Vec<Entry> {
    let solid: Vec<&Token> = tokens
        .iter()
        .filter(|one| one.kind != Kind::Blank)
        .collect();
    let closing = closings(&solid);
    let mut found = Vec::new();
    for (at, three) in solid.windows(3).enumerate() {
        let [key, mark, value] = three else { continue };
        let is_key = matches!(key.kind, Kind::Text | Kind::Word);
        if !is_key || !matches!(mark.kind, Kind::Mark(b':' | b'=')) {
            continue;
        }
        let last = match value.kind {
            Kind::Mark(b'[' | b'{') => closing[at + 2],
            _ => at + 2,
        };
        let end = solid[last].at.end;
        let is_comma = |token: &&&Token| token.kind == Kind::Mark(b',');
        let after = solid.get(last + 1).filter(is_comma);
        let before = at
            .checked_sub(1)
            .and_then(|i| solid.get(i))
            .filter(is_comma);
        let with_comma = match (after, before) {
            (Some(comma), _) => key.at.start..comma.at.end,
            (None, Some(comma)) => comma.at.start..end,
            (None, None) => key.at.start..end,
        };
        found.push(Entry {
            key: key.at.clone(),
            value: value.at.start..end,
            with_comma,
            is_json: mark.kind == Kind::Mark(b':'),
        });
    }
    found
}

/// Which bracket closes each that opens; of one that nothing closes, itself.
fn closings(solid: &[&Token]) -> Vec<usize> {
    let mut closing: Vec<usize> = (0..solid.len()).collect();
    let mut open = Vec::new();
    for (at, token) in solid.iter().enumerate() {
        match token.kind {
            Kind::Mark(b'[' | b'{') => open.push(at),
            Kind::Mark(b']' | b'}') => {
                if let Some(from) = open.pop() {
                    closing[from] = at;
                }
            }
            _ => {}
        }
    }
    closing
}

/// A copy with other bytes in some places, which are in order.
fn replaced(bytes: &[u8], places: &[(Range<usize>, Vec<u8>)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut from = 0;
    for (at, instead) in places {
        out.extend_from_slice(&bytes[from..at.start]);
        out.extend_from_slice(instead);
        from = at.end;
    }
    out.extend_from_slice(&bytes[from..]);
    out
}

/// A copy in which two places have changed, of which the first ends before the second begins.
fn swapped(bytes: &[u8], one: Range<usize>, other: Range<usize>) -> Vec<u8> {
    let (first, second) = (bytes[one.clone()].to_vec(), bytes[other.clone()].to_vec());
    replaced(bytes, &[(one, second), (other, first)])
}
