//! What may stand at a key: how a value is described, read and written.

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};
use poolproof_models::names::site::Site;

use super::document::{Node, Value};
use super::empirical::Observations;
use super::keys::Kind;
use super::reader::MISTAKES_MOST;
use super::value::{self, Parsed, RATE_UNITS, Rate, duration_text};
use super::words::named;
use super::writer::Files;
use super::{delay, suggest};

/// The form of a value in the file.
pub(super) trait Format {
    type Value: PartialEq;

    /// What may stand there, for the schema and the page of keys.
    fn kind(&self) -> Kind;

    /// Reads a value, or says all that is wrong with it.
    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Self::Value>;

    /// Writes a value as inline TOML that [`Format::read`] reads as the same value.
    fn write(&self, value: &Self::Value, files: &mut Files) -> String;
}

/// true or false.
pub(super) struct Flag;

impl Format for Flag {
    type Value = bool;

    fn kind(&self) -> Kind {
        Kind::Boolean
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<bool> {
        value::boolean(node)
    }

    fn write(&self, value: &bool, _: &mut Files) -> String {
        value.to_string()
    }
}

/// A string of TOML.
pub(super) fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A text, which may be empty.
pub(super) struct Text;

impl Format for Text {
    type Value = String;

    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<String> {
        value::string(node)
    }

    fn write(&self, value: &String, _: &mut Files) -> String {
        quoted(value)
    }
}

/// A text that may not be empty.
pub(super) struct SomeText;

impl Format for SomeText {
    type Value = String;

    fn kind(&self) -> Kind {
        Kind::Text
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<String> {
        let text = value::string(node)?;
        if text.trim().is_empty() {
            return Err(vec![value::mistake(node, "E0024", "the text is empty")]);
        }
        Ok(text)
    }

    fn write(&self, value: &String, _: &mut Files) -> String {
        quoted(value)
    }
}

/// A whole number from one to another, both included.
pub(super) struct Whole<T>(pub(super) T, pub(super) T);

impl<T: Copy + PartialEq + Into<u64> + TryFrom<u64>> Format for Whole<T> {
    type Value = T;

    fn kind(&self) -> Kind {
        Kind::Integer {
            least: self.0.into(),
            most: self.1.into(),
        }
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<T> {
        let integer = value::integer_within(node, &(self.0.into()..=self.1.into()))?;
        // What is within the range fits its type.
        Ok(T::try_from(integer).unwrap_or(self.1))
    }

    fn write(&self, value: &T, _: &mut Files) -> String {
        let value: u64 = (*value).into();
        value.to_string()
    }
}

/// A number from one to another, both included.
pub(super) struct Within(pub(super) f64, pub(super) f64);

impl Format for Within {
    type Value = f64;

    fn kind(&self) -> Kind {
        Kind::Within {
            least: self.0,
            most: self.1,
        }
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<f64> {
        value::number_within(node, self.0, self.1)
    }

    fn write(&self, value: &f64, _: &mut Files) -> String {
        format!("{value:?}")
    }
}

/// A number between two others, both excluded.
pub(super) struct Between(pub(super) f64, pub(super) f64);

impl Format for Between {
    type Value = f64;

    fn kind(&self) -> Kind {
        Kind::Number {
            above: self.0,
            below: self.1,
        }
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<f64> {
        let (above, below) = (self.0, self.1);
        let number = value::number(node)?;
        if number > above && number < below {
            return Ok(number);
        }
        let mistake = value::mistake(node, "E0024", format!("{number} is out of range"));
        let help = format!("between {above} and {below}, as in 0.95");
        Err(vec![mistake.helped(help)])
    }

    fn write(&self, value: &f64, _: &mut Files) -> String {
        format!("{value:?}")
    }
}

/// A duration from one to another, both included.
pub(super) struct Time(pub(super) SimDuration, pub(super) SimDuration);

impl Format for Time {
    type Value = SimDuration;

    fn kind(&self) -> Kind {
        Kind::Duration {
            least: self.0,
            most: self.1,
        }
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<SimDuration> {
        let duration = value::duration(node)?;
        if (self.0..=self.1).contains(&duration) {
            return Ok(duration);
        }
        let (low, high) = (duration_text(self.0), duration_text(self.1));
        let message = format!("{} is out of range", node.value.shown());
        let mistake = value::mistake(node, "E0024", message);
        Err(vec![mistake.helped(format!("from {low} to {high}"))])
    }

    fn write(&self, value: &SimDuration, _: &mut Files) -> String {
        quoted(&duration_text(*value))
    }
}

/// A duration, or "off".
pub(super) struct TimeOrOff(pub(super) Time);

impl Format for TimeOrOff {
    type Value = Option<SimDuration>;

    fn kind(&self) -> Kind {
        Kind::DurationOrOff {
            least: self.0.0,
            most: self.0.1,
        }
    }

    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Option<SimDuration>> {
        if node.text() == Some("off") {
            return Ok(None);
        }
        self.0.read(node, observed).map(Some)
    }

    fn write(&self, value: &Option<SimDuration>, files: &mut Files) -> String {
        let off = || quoted("off");
        value
            .as_ref()
            .map_or_else(off, |value| self.0.write(value, files))
    }
}

/// A number in a unit of time.
pub(super) struct PerTime;

impl Format for PerTime {
    type Value = Rate;

    fn kind(&self) -> Kind {
        Kind::Rate
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<Rate> {
        value::rate(node)
    }

    fn write(&self, value: &Rate, _: &mut Files) -> String {
        quoted(&self.text(value))
    }
}

impl PerTime {
    /// A rate as files have it.
    fn text(&self, value: &Rate) -> String {
        let unit = RATE_UNITS.iter().find(|(_, unit)| *unit == value.per);
        let unit = unit.map_or("year", |(name, _)| name);
        format!("{}/{unit}", value.count)
    }
}

/// A number of events per unit of time that can be simulated and solved: none at all, or from
/// [`EVENTS_PER_YEAR_LEAST`] to [`EVENTS_PER_MINUTE_MOST`].
pub(super) struct EventsPerTime;

/// More events than this per minute are no failures of a pool, and a trial of a year would not end.
const EVENTS_PER_MINUTE_MOST: f64 = 1.0;

/// The time between fewer events than this is longer than clocks in milliseconds can draw.
const EVENTS_PER_YEAR_LEAST: f64 = 1e-7;

impl Format for EventsPerTime {
    type Value = Rate;

    fn kind(&self) -> Kind {
        PerTime.kind()
    }

    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Rate> {
        let rate = PerTime.read(node, observed)?;
        let fits = rate.per_second() * 60.0 <= EVENTS_PER_MINUTE_MOST
            && rate.per_year() >= EVENTS_PER_YEAR_LEAST;
        if fits || rate.is_zero() {
            return Ok(rate);
        }
        let message = format!("{} is out of range", PerTime.text(&rate));
        let found = value::mistake(node, "E0024", message);
        Err(vec![
            found.helped("0/year, or from 0.0000001/year to 1/min"),
        ])
    }

    fn write(&self, value: &Rate, files: &mut Files) -> String {
        PerTime.write(value, files)
    }
}

/// A duration or a distribution of durations.
pub(super) struct Delay;

impl Format for Delay {
    type Value = Distribution;

    fn kind(&self) -> Kind {
        Kind::Distribution
    }

    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Distribution> {
        delay::distribution(node, observed)
    }

    fn write(&self, value: &Distribution, files: &mut Files) -> String {
        delay::write(value, files)
    }
}

/// One of several words, each of which stands for a value.
pub(super) struct OneOf<T, const N: usize>(pub(super) [(&'static str, T); N]);

impl<T: Copy + PartialEq, const N: usize> Format for OneOf<T, N> {
    type Value = T;

    fn kind(&self) -> Kind {
        Kind::Words(self.0.iter().map(|(word, _)| (*word).to_owned()).collect())
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<T> {
        word(node, &self.0)
    }

    fn write(&self, value: &T, _: &mut Files) -> String {
        let found = self.0.iter().find(|(_, known)| known == value);
        quoted(found.map_or("", |(word, _)| word))
    }
}

/// One of the two data centres.
pub(super) fn either_site() -> OneOf<Site, 2> {
    named!(Site)
}

/// Reads one of several words.
pub(super) fn word<T: Copy>(node: &Node, words: &[(&str, T)]) -> Parsed<T> {
    let valid: Vec<&str> = words.iter().map(|(name, _)| *name).collect();
    let Some(text) = node.text() else {
        let expected = format!("one of the words {}", valid.join(", "));
        return Err(vec![value::wrong_type(node, &expected)]);
    };
    let found = words.iter().find(|(name, _)| *name == text);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let mistake = value::mistake(node, "E0025", format!("invalid value `{text}`"));
        vec![mistake.helped(suggest::help(text, &valid, "valid values"))]
    })
}

/// A text that names something: an event, a fault, an objective.
pub(super) struct Named<T> {
    pub(super) kind: Kind,
    pub(super) read: fn(&Node) -> Parsed<T>,
    pub(super) name: fn(&T) -> String,
}

impl<T: PartialEq> Format for Named<T> {
    type Value = T;

    fn kind(&self) -> Kind {
        self.kind.clone()
    }

    fn read(&self, node: &Node, _: &Observations) -> Parsed<T> {
        (self.read)(node)
    }

    fn write(&self, value: &T, _: &mut Files) -> String {
        quoted(&(self.name)(value))
    }
}

/// A list.
pub(super) struct List<F>(pub(super) F);

impl<F: Format> Format for List<F> {
    type Value = Vec<F::Value>;

    fn kind(&self) -> Kind {
        Kind::List(Box::new(self.0.kind()))
    }

    /// Reads the items, gathering the mistakes of all.
    fn read(&self, node: &Node, observed: &Observations) -> Parsed<Vec<F::Value>> {
        let Value::Array(nodes) = &node.value else {
            return Err(vec![value::wrong_type(node, "a list")]);
        };
        let mut items = Vec::new();
        let mut mistakes = Vec::new();
        for node in nodes {
            match self.0.read(node, observed) {
                Ok(item) => items.push(item),
                Err(more) => mistakes.extend(more),
            }
            if mistakes.len() > MISTAKES_MOST {
                break;
            }
        }
        if mistakes.is_empty() {
            Ok(items)
        } else {
            Err(mistakes)
        }
    }

    fn write(&self, value: &Vec<F::Value>, files: &mut Files) -> String {
        let items: Vec<String> = value.iter().map(|item| self.0.write(item, files)).collect();
        format!("[{}]", items.join(", "))
    }
}
