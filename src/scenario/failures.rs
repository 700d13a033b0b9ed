//! `[failures]`: what fails, how often, and how long until it is back.

use std::sync::Arc;

use poolproof_engines::clocks::distribution::{Distribution, SimDuration};

use super::assumption::Grade;
use super::diagnostic::{Place, Source};
use super::document::{self, Table, Value};
use super::format::{Delay, EventsPerTime, Format, OneOf, Text, Time, Within};
use super::keys::{Kind, Nothing};
use super::library::Library;
use super::mean_time;
use super::reader::{Reader, Section};
use super::row::{OrRow, Row, Silence, ValueRow, default, keys, optional};
use super::value::{self, LONGEST, Rate, RateUnit};
use super::writer::{Files, TableWriter};

/// One kind of failure of a component.
#[derive(Debug, Clone, PartialEq)]
pub struct FailureMode {
    /// A short name for reports, for example `outage`; unique within its kind.
    pub name: String,
    /// Failures per component and time while it is up; 0 switches the mode off. The shape of the
    /// times between failures is [`Failures::shape`].
    pub rate: Rate,
    /// From the failure until the component is back.
    pub repair: Distribution,
    /// Of the failures of a component, the fraction that takes all servers of its kind in its site
    /// down together: the beta factor, from 0 to 1.
    pub common_cause: f64,
    /// Of the failures, the fraction that destroys what the component stores, from 0 to 1.
    pub destructive: f64,
    /// Planned work instead of failures: the time from one to the next. The rate is 0 then.
    pub planned_every: Option<SimDuration>,
    /// How the partners of a server notice the failure.
    pub noticed: Noticed,
}

/// How the partners of a server notice that it has failed (handbook 3.11, 13.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noticed {
    /// At once: its connections are closed, because a process ends or a server shuts down.
    Closed,
    /// After the partner time-out: it is silent, as one without power, that hangs or is cut off.
    Silent,
}

const NOTICED: OneOf<Noticed, 2> =
    OneOf([("closed", Noticed::Closed), ("silent", Noticed::Silent)]);

/// The modes that close the connections of a server, by name, where `noticed` is absent.
const CLOSING: [&str; 5] = [
    "process-crash",
    "process-stop",
    "service-stop",
    "reboot",
    "restart",
];

keys! {
    /// Failures by kind of component.
    #[derive(Debug, Clone, PartialEq)]
    pub struct Failures {
        /// The repair is the time to rebuild it.
        pub site_disaster: FailureMode = "a data centre is lost with its contents",
            Single(&SITE_DISASTER);
        pub site_disaster_dc2: FailureMode =
            "the same of DC2; without it, DC2 is lost as DC1 is",
            SingleOr(&SITE_DISASTER, &site_disaster);
        pub database_server: Vec<FailureMode> = "how each of A, B, S and SM fails",
            Modes(&DATABASE_SERVER);
        pub pool_server: Vec<FailureMode> = "how each Persistent Chat server fails",
            Modes(&POOL_SERVER);
        pub witness_server: Vec<FailureMode> = "how each of W and SW fails", Modes(&OTHER_SERVER);
        pub share_server: Vec<FailureMode> =
            "how the host of the backup share fails, unless that is A", Modes(&SHARE_SERVER);
        pub site_outage: FailureMode = "a data centre stops and comes back with its old contents",
            Single(&SITE_OUTAGE);
        pub inter_site_link: FailureMode = "the path between the data centres is cut",
            Single(&INTER_SITE_LINK);
        /// A-B, A-W and B-W, and those of the pair in DC2.
        pub local_link: FailureMode = "one of the links within a pair is cut",
            Single(&LOCAL_LINK);
        /// Off unless written.
        pub grey_failure: FailureMode = "a database server in DC1 fails for its users only (H-42)",
            Single(&GREY_FAILURE);
        /// Off unless written. The repair is how long it lasts. Longer than
        /// `mirroring.partner_timeout`, partner and witness take the server for failed.
        pub stall: FailureMode =
            "a database server in DC1 answers nothing for a while and then goes on (13.5)",
            Single(&STALL);
        pub shape: f64 =
            "the Weibull shape of the times between failures of servers; 1 is exponential",
            default(
                Within(0.2, 5.0), "1.0", Grade::R,
                "recomputed from the LANL records (LA-UR-05-7318): 0.75 is the alternative with \
                 the same mean"
            );
    }
}

impl Failures {
    /// Every kind that can have planned work, a common cause and destroyed disks.
    pub fn servers(&self) -> [&[FailureMode]; 4] {
        [
            &self.database_server,
            &self.pool_server,
            &self.witness_server,
            &self.share_server,
        ]
    }
}

/// What holds where the keys of a failure mode are absent. Rate and repair carry their own grades,
/// because they come from different publications.
#[derive(Clone, Copy)]
struct Builtin {
    name: &'static str,
    /// Whether it is planned work, which has `every` in place of `rate`.
    is_planned: bool,
    /// Whether it is a server's, whose partners notice it in one way or the other.
    is_server: bool,
    often: Silence,
    repair: Silence,
    common_cause: Option<Silence>,
    destructive: Option<Silence>,
}

impl Builtin {
    const fn new(name: &'static str, rate: Silence, repair: Silence) -> Self {
        Self {
            name,
            is_planned: false,
            is_server: false,
            often: rate,
            repair,
            common_cause: None,
            destructive: None,
        }
    }

    const fn of_server(self) -> Self {
        Self {
            is_server: true,
            ..self
        }
    }

    const fn with_common_cause(self, fraction: Silence) -> Self {
        Self {
            common_cause: Some(fraction),
            ..self
        }
    }

    const fn with_destruction(self, fraction: Silence) -> Self {
        Self {
            destructive: Some(fraction),
            ..self
        }
    }
}

/// A default by judgement.
const fn judged(toml: &'static str) -> Silence {
    Silence::default(toml, Grade::J, "judgement")
}

const LANL: &str = "derived from the LANL failure records (LA-UR-05-7318) and the means of \
     Kalyanakrishnam et al., SRDS 1999";
const UPTIME: &str = "derived from Uptime Institute, Annual Outage Analysis 2025";
const LINK_REPAIR: &str = "derived from Turner et al., California fault lines, SIGCOMM 2010; \
     that a link is never cut off for longer than 30 days is judgement";
const CENIC: &str = "derived from Turner et al., California fault lines, SIGCOMM 2010";
const AS_DATABASE: &str = "judgement: as a database server";

const OUTAGE_RATE: &str = "\"2/year\"";
const CRASH_RATE: &str = "\"1/year\"";
const OUTAGE_REPAIR: &str = "{ lognormal = { median = \"30min\", sigma = 1.3 } }";

const PROCESS_CRASH: Builtin = Builtin::new(
    "process-crash",
    judged(CRASH_RATE),
    judged("{ lognormal = { median = \"5min\", sigma = 0.8 } }"),
)
.of_server();
const PATCHING: Builtin = Builtin {
    is_planned: true,
    is_server: true,
    ..Builtin::new(
        "patching",
        Silence::default(
            "\"730.5h\"",
            Grade::J,
            "judgement: 12 a year; most node unavailability comes from planned reboots (Ford et \
             al., OSDI 2010)",
        ),
        judged("\"10min\""),
    )
};
const OTHER_OUTAGE: Builtin = Builtin::new(
    "outage",
    Silence::default(OUTAGE_RATE, Grade::J, AS_DATABASE),
    Silence::default(OUTAGE_REPAIR, Grade::J, AS_DATABASE),
)
.of_server();
const DATABASE_SERVER: [Builtin; 4] = [
    Builtin::new(
        "outage",
        Silence::default(
            OUTAGE_RATE,
            Grade::J,
            "judgement: half of the 4 a year derived from the LANL failure records \
             (LA-UR-05-7318), whose nodes are older; 1 to 12 a year are published",
        ),
        Silence::default(OUTAGE_REPAIR, Grade::D, LANL),
    )
    .of_server()
    .with_common_cause(Silence::default(
        "0.1",
        Grade::D,
        "derived from Ford et al., OSDI 2010: 37% of node failures come in bursts",
    ))
    .with_destruction(Silence::default(
        "0.02",
        Grade::J,
        "judgement: one loss in 25 years per server",
    )),
    PROCESS_CRASH,
    Builtin::new(
        "storage-array",
        judged("\"0.1/year\""),
        judged("{ lognormal = { median = \"4h\", sigma = 1.0 } }"),
    )
    .of_server(),
    PATCHING,
];
const OTHER_SERVER: [Builtin; 3] = [OTHER_OUTAGE, PROCESS_CRASH, PATCHING];
const POOL_SERVER: [Builtin; 3] = [
    OTHER_OUTAGE.with_common_cause(Silence::default("0.1", Grade::J, AS_DATABASE)),
    PROCESS_CRASH,
    PATCHING,
];
const SHARE_SERVER: [Builtin; 3] = [
    OTHER_OUTAGE.with_destruction(Silence::default("0.02", Grade::J, AS_DATABASE)),
    PROCESS_CRASH,
    PATCHING,
];
const SITE_OUTAGE: Builtin = Builtin::new(
    "outage",
    Silence::default("\"0.25/year\"", Grade::D, UPTIME),
    Silence::default(
        "{ lognormal = { median = \"90min\", sigma = 1.0 } }",
        Grade::D,
        "derived from Ponemon Institute, Cost of Data Center Outages 2010 to 2016",
    ),
);
const SITE_DISASTER: Builtin = Builtin::new(
    "disaster",
    Silence::default("\"0.02/year\"", Grade::D, UPTIME),
    judged("{ lognormal = { median = \"7d\", sigma = 1.0 } }"),
);
const INTER_SITE_LINK: Builtin = Builtin::new(
    "cut",
    Silence::default("\"12/year\"", Grade::D, CENIC),
    Silence::default(
        "{ mixture = [\
         { weight = 0.75, lognormal = { median = \"2.7min\", sigma = 1.26 } }, \
         { weight = 0.25, lognormal = { median = \"32min\", sigma = 2.34, most = \"30d\" } }] }",
        Grade::D,
        LINK_REPAIR,
    ),
);
const LOCAL_LINK: Builtin = Builtin::new(
    "cut",
    judged("\"0.5/year\""),
    judged("{ lognormal = { median = \"5min\", sigma = 1.3 } }"),
);
const GREY_FAILURE: Builtin = Builtin::new(
    "grey-failure",
    Silence::default("\"0/year\"", Grade::J, "judgement: off, no figure is known"),
    judged("{ lognormal = { median = \"1h\", sigma = 1.0 } }"),
);
const STALL: Builtin = Builtin::new(
    "stall",
    Silence::default("\"0/year\"", Grade::J, "judgement: off, no figure is known"),
    judged("{ lognormal = { median = \"3s\", sigma = 1.0 } }"),
);

/// Modes of one kind; more are a mistake and would use up the addresses of random draws.
const MODES_MOST: usize = 8;
const SHARE: Within = Within(0.0, 1.0);
const REGULARLY: Time = Time(SimDuration { ms: 3_600_000 }, LONGEST);
const NEVER: Rate = Rate {
    count: 0.0,
    per: RateUnit::Year,
};

/// A fraction of failures that is 0 where it is absent.
fn absent_fraction() -> OrRow<Within, f64> {
    optional(SHARE).unlisted().or(0.0)
}

const NOTICED_MEANING: &str = "how its partners notice it: `closed`, at once, because its \
     connections are closed; `silent`, after `mirroring.partner_timeout`. Unless given it is \
     closed where the name is process-crash, process-stop, service-stop, reboot or restart";

/// How a failure mode of a server is noticed where it does not say so.
fn by_name(name: &str) -> Noticed {
    match CLOSING.contains(&name) {
        true => Noticed::Closed,
        false => Noticed::Silent,
    }
}

fn noticed(name: &str) -> OrRow<OneOf<Noticed, 2>, Noticed> {
    optional(NOTICED).unlisted().or(by_name(name))
}

/// A kind with one mode: a table in which each key has a default.
struct Single(&'static Builtin);

impl Row for Single {
    type Value = FailureMode;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<FailureMode> {
        self.0.read(section.inner(key, meaning))
    }

    fn write(&self, value: &FailureMode, out: &mut TableWriter<'_>, key: &str) {
        self.0.write(value, &mut out.inner(key));
    }
}

/// The same where the absence of the table means another mode.
struct SingleOr<'m>(&'static Builtin, &'m FailureMode);

impl Row for SingleOr<'_> {
    type Value = FailureMode;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<FailureMode> {
        if section.wants(key) {
            return Single(self.0).read(section, key, meaning);
        }
        let _ = section.node(key);
        Some(self.1.clone())
    }

    fn write(&self, value: &FailureMode, out: &mut TableWriter<'_>, key: &str) {
        if value != self.1 {
            self.0.write(value, &mut out.inner(key).kept());
        }
    }
}

/// A kind with several modes: a list, which replaces the built-in one as a whole because half a
/// replacement cannot be distinguished from a slip.
struct Modes(&'static [Builtin]);

impl Row for Modes {
    type Value = Vec<FailureMode>;

    fn read(&self, section: &mut Section<'_, '_>, key: &str, meaning: &str) -> Option<Self::Value> {
        section.describe(key, Kind::Modes, meaning);
        if section.is_catalogue() {
            let listed = self.0.iter().map(Builtin::listed).collect::<Vec<_>>();
            let source = "each rate and repair time has its own: `poolproof show` lists them";
            section.describe_default(format!("[{}]", listed.join(", ")), source, Grade::D);
            return Some(Vec::new());
        }
        let path = section.path_of(key);
        let place = section.place().clone();
        let Some(node) = section.node(key) else {
            let modes = self.0.iter().map(|builtin| {
                builtin.read(section_of(
                    section.reader,
                    &path,
                    builtin.name,
                    None,
                    &place,
                ))
            });
            return modes.collect();
        };
        let Value::Array(items) = &node.value else {
            let mistake = value::wrong_type(node, "a list of { rate = ..., repair = ... }");
            let help = "write [] for a component that never fails";
            section.refuse(key, vec![mistake.helped(help)]);
            return Some(Vec::new());
        };
        if items.len() > MODES_MOST {
            let message = format!("{} modes, at most {MODES_MOST}", items.len());
            section.refuse(key, vec![value::mistake(node, "E0024", message)]);
        }
        let mut modes: Vec<FailureMode> = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let Some(table) = item.table() else {
                let mistake = value::wrong_type(item, "a table with `rate` and `repair`");
                section.refuse(key, vec![mistake]);
                continue;
            };
            let index_text = index.to_string();
            let inner = section_of(section.reader, &path, &index_text, Some(table), &item.place);
            let is_planned = inner.has("every");
            let mut mode = Builtin::written(is_planned).read(inner)?;
            if mode.name.is_empty() {
                mode.name = format!("mode-{}", index + 1);
            }
            if modes.iter().any(|other| other.name == mode.name) {
                let message = format!("two modes are named `{}`", mode.name);
                section.refuse(key, vec![value::mistake(item, "E0026", message)]);
            }
            modes.push(mode);
        }
        Some(modes)
    }

    fn write(&self, value: &Self::Value, out: &mut TableWriter<'_>, key: &str) {
        let builtin: Option<Vec<FailureMode>> = self.0.iter().map(Builtin::mode).collect();
        if out.is_minimal() && builtin.as_ref() == Some(value) {
            return;
        }
        let list = modes_text(value, out.files());
        out.line(key, &list);
    }
}

/// Failure modes as a list of TOML.
pub(crate) fn modes_text(modes: &[FailureMode], files: &mut Files) -> String {
    let modes = modes.iter().map(|mode| inline(mode, files));
    let items: Vec<String> = modes.map(|mode| format!("    {mode},\n")).collect();
    match items.is_empty() {
        true => "[]".to_owned(),
        false => format!("[\n{}]", items.concat()),
    }
}

/// A failure mode as an inline table.
fn inline(mode: &FailureMode, files: &mut Files) -> String {
    let mut keys = vec![("name", Text.write(&mode.name, files))];
    match &mode.planned_every {
        Some(every) => keys.push(("every", REGULARLY.write(every, files))),
        None => keys.push(("rate", EventsPerTime.write(&mode.rate, files))),
    }
    keys.push(("repair", Delay.write(&mode.repair, files)));
    for (key, fraction) in [
        ("common_cause", mode.common_cause),
        ("destructive", mode.destructive),
    ] {
        if fraction != 0.0 {
            keys.push((key, SHARE.write(&fraction, files)));
        }
    }
    if mode.planned_every.is_none() && mode.noticed != by_name(&mode.name) {
        keys.push(("noticed", NOTICED.write(&mode.noticed, files)));
    }
    let keys: Vec<String> = keys
        .iter()
        .map(|(key, toml)| format!("{key} = {toml}"))
        .collect();
    format!("{{ {} }}", keys.join(", "))
}

fn section_of<'a, 'l>(
    reader: &'a mut Reader<'l>,
    path: &str,
    name: &str,
    table: Option<&'a Table>,
    place: &Place,
) -> Section<'a, 'l> {
    Section::new(reader, format!("{path}.{name}"), table, place.clone())
}

impl Builtin {
    /// What a mode in a list must have.
    const fn written(is_planned: bool) -> Self {
        let often = match is_planned {
            true => "\"30d\"",
            false => OUTAGE_RATE,
        };
        let repair = Silence::Required {
            stand_in: OUTAGE_REPAIR,
        };
        Self {
            is_planned,
            is_server: true,
            ..Self::new("", Silence::Required { stand_in: often }, repair)
        }
    }

    /// Reads a mode.
    fn read(&self, mut section: Section<'_, '_>) -> Option<FailureMode> {
        let mode = self.read_keys(&mut section);
        section.finish();
        mode
    }

    fn read_keys(&self, section: &mut Section<'_, '_>) -> Option<FailureMode> {
        let name = self
            .name()
            .read(section, "name", "a short name for reports")?;
        let (rate, planned_every) = if self.is_planned {
            let every = ValueRow::new(REGULARLY, self.often);
            let every = every.read(section, "every", "how regularly it is worked on")?;
            (NEVER, Some(every))
        } else {
            (mean_time::rate(section, self.often)?, None)
        };
        let repair = mean_time::repair(section, self.repair)?;
        let mut fractions = [0.0; 2];
        // What stands alone has no others of its kind, and stores nothing.
        if self.is_server && !self.is_planned {
            for (fraction, (key, meaning, silence)) in fractions.iter_mut().zip(self.fractions()) {
                *fraction = match silence {
                    Some(silence) => ValueRow::new(SHARE, silence).read(section, key, meaning)?,
                    None => absent_fraction().read(section, key, meaning)?,
                };
            }
        }
        let [common_cause, destructive] = fractions;
        let noticed = match self.is_server && !self.is_planned {
            true => noticed(&name).read(section, "noticed", NOTICED_MEANING)?,
            false => Noticed::Closed,
        };
        Some(FailureMode {
            name,
            rate,
            repair,
            common_cause,
            destructive,
            planned_every,
            noticed,
        })
    }

    /// Writes a mode that is a table.
    fn write(&self, mode: &FailureMode, out: &mut TableWriter<'_>) {
        self.name().write(&mode.name, out, "name");
        ValueRow::new(EventsPerTime, self.often).write(&mode.rate, out, "rate");
        ValueRow::new(Delay, self.repair).write(&mode.repair, out, "repair");
        let fractions = [mode.common_cause, mode.destructive];
        let read = fractions.iter().zip(self.fractions());
        for (fraction, (key, _, silence)) in read.filter(|_| self.is_server) {
            match silence {
                Some(silence) => ValueRow::new(SHARE, silence).write(fraction, out, key),
                None => absent_fraction().write(fraction, out, key),
            }
        }
    }

    fn name(&self) -> OrRow<Text, String> {
        optional(Text).unlisted().or(self.name.to_owned())
    }

    /// Key, meaning and default of the fractions of failures.
    const fn fractions(&self) -> [(&'static str, &'static str, Option<Silence>); 2] {
        [
            (
                "common_cause",
                "of the failures, the share that takes all servers of the kind in the site down",
                self.common_cause,
            ),
            (
                "destructive",
                "of the failures, the share that destroys what the component stores",
                self.destructive,
            ),
        ]
    }

    /// The mode with all defaults.
    fn mode(&self) -> Option<FailureMode> {
        let mut reader = Reader::new(Library::new(&Nothing));
        let place = document::place(&Arc::new(Source::file("defaults", "")), 0..0);
        self.read(Section::new(&mut reader, "", None, place))
    }

    /// The mode as a file would write it.
    fn listed(&self) -> String {
        let often = if self.is_planned { "every" } else { "rate" };
        let keys = [
            (often, Some(self.often)),
            ("repair", Some(self.repair)),
            ("common_cause", self.common_cause),
            ("destructive", self.destructive),
        ];
        let keys = keys
            .iter()
            .filter_map(|(key, silence)| Some((key, (*silence)?)));
        let keys: Vec<String> = keys
            .map(|(key, silence)| format!("{key} = {}", silence.toml()))
            .collect();
        format!("{{ name = \"{}\", {} }}", self.name, keys.join(", "))
    }
}
