//! `[failures]`: what fails, how often, and how long until it is back.

use poolproof_engines::clocks::distribution::Distribution;
use poolproof_engines::clocks::distribution::SimDuration;

use super::assumption::Grade;
use super::diagnostic::Place;
use super::document::Node;
use super::document::Table;
use super::document::Value;
use super::keys::Kind;
use super::reader::Reader;
use super::reader::Section;
use super::reader::Setting;
use super::value;
use super::value::Rate;

/// One way in which a component fails.
#[derive(Debug, Clone, PartialEq)]
pub struct FailureMode {
    /// A short name for reports, for example `outage`; unique within its kind.
    pub name: String,
    /// Failures per component and time while it is up; 0 switches the mode off. The shape of the
    /// times between failures is [`Failures::shape`].
    pub rate: Rate,
    /// From the failure until the component is back.
    pub repair: Distribution,
    /// Of the failures of a component, the share that takes all servers of its kind in its site
    /// down together: the beta factor, from 0 to 1.
    pub common_cause: f64,
    /// Of the failures, the share that destroys what the component stores, from 0 to 1.
    pub destructive: f64,
    /// Planned work instead of failures: the time from one to the next. The rate is 0 then.
    pub planned_every: Option<SimDuration>,
}

/// Failures by kind of component.
#[derive(Debug, Clone, PartialEq)]
pub struct Failures {
    /// A, B, S and SM.
    pub database_server: Vec<FailureMode>,
    /// The Persistent Chat servers.
    pub pool_server: Vec<FailureMode>,
    /// W and SW.
    pub witness_server: Vec<FailureMode>,
    /// The host of the backup share, unless that is server A.
    pub share_server: Vec<FailureMode>,
    /// A whole data centre stops and comes back with its old contents.
    pub site_outage: FailureMode,
    /// A whole data centre is lost with its contents; the repair is the time to rebuild it.
    pub site_disaster: FailureMode,
    /// The same of DC2, where it differs.
    pub site_disaster_dc2: FailureMode,
    /// The path between the data centres.
    pub inter_site_link: FailureMode,
    /// Each of the links A-B, A-W and B-W, and of those of the pair in DC2.
    pub local_link: FailureMode,
    /// A database server in DC1 fails for its users only (H-42); off unless written.
    pub grey_failure: FailureMode,
    /// The Weibull shape of the times between failures of servers; 1 is exponential.
    pub shape: f64,
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

/// A built-in failure mode. Rate and repair carry their own grades, because they come from
/// different publications.
struct Builtin {
    name: &'static str,
    /// How often, or how regularly for planned work.
    rate: Setting,
    repair: Setting,
    common_cause: Option<Setting>,
    destructive: Option<Setting>,
}

impl Builtin {
    const fn new(name: &'static str, rate: Setting, repair: Setting) -> Self {
        Self {
            name,
            rate,
            repair,
            common_cause: None,
            destructive: None,
        }
    }
}

const LANL: &str = "derived from the LANL failure records (LA-UR-05-7318) and the means of \
     Kalyanakrishnam et al., SRDS 1999";
const UPTIME: &str = "derived from Uptime Institute, Annual Outage Analysis 2025";
const CENIC: &str = "derived from Turner et al., California fault lines, SIGCOMM 2010";
const AS_DATABASE: &str = "judgement: as a database server";
const JUDGEMENT: &str = "judgement";

const fn rate(default: &'static str, grade: Grade, source: &'static str) -> Setting {
    Setting::new("rate", default, grade, source)
}

const fn repair(default: &'static str, grade: Grade, source: &'static str) -> Setting {
    Setting::new("repair", default, grade, source)
}

const OUTAGE_RATE: &str = "\"4/year\"";
const OUTAGE_REPAIR: &str = "{ lognormal = { median = \"30min\", sigma = 1.3 } }";
const CRASH_REPAIR: &str = "{ lognormal = { median = \"5min\", sigma = 0.8 } }";

const PROCESS_CRASH: Builtin = Builtin::new(
    "process-crash",
    rate(OUTAGE_RATE, Grade::J, JUDGEMENT),
    repair(CRASH_REPAIR, Grade::J, JUDGEMENT),
);
const PATCHING: Builtin = Builtin::new(
    "patching",
    Setting::new(
        "every",
        "\"730.5h\"",
        Grade::J,
        "judgement: 12 a year; most node unavailability comes from planned reboots (Ford et al., \
         OSDI 2010)",
    ),
    repair("\"10min\"", Grade::J, JUDGEMENT),
);
const DATABASE_SERVER: [Builtin; 4] = [
    Builtin {
        common_cause: Some(Setting::new(
            "common_cause",
            "0.1",
            Grade::D,
            "derived from Ford et al., OSDI 2010: 37% of node failures come in bursts",
        )),
        destructive: Some(Setting::new(
            "destructive",
            "0.01",
            Grade::J,
            "judgement: one loss in 25 years per server",
        )),
        ..Builtin::new(
            "outage",
            rate(OUTAGE_RATE, Grade::D, LANL),
            repair(OUTAGE_REPAIR, Grade::D, LANL),
        )
    },
    PROCESS_CRASH,
    Builtin::new(
        "storage-array",
        rate("\"0.1/year\"", Grade::J, JUDGEMENT),
        repair(
            "{ lognormal = { median = \"4h\", sigma = 1.0 } }",
            Grade::J,
            JUDGEMENT,
        ),
    ),
    PATCHING,
];
const OTHER_SERVER: [Builtin; 3] = [
    Builtin::new(
        "outage",
        rate(OUTAGE_RATE, Grade::J, AS_DATABASE),
        repair(OUTAGE_REPAIR, Grade::J, AS_DATABASE),
    ),
    PROCESS_CRASH,
    PATCHING,
];
const POOL_SERVER: [Builtin; 3] = [
    Builtin {
        common_cause: Some(Setting::new("common_cause", "0.1", Grade::J, AS_DATABASE)),
        ..OTHER_SERVER[0]
    },
    PROCESS_CRASH,
    PATCHING,
];
const SHARE_SERVER: [Builtin; 3] = [
    Builtin {
        destructive: Some(Setting::new("destructive", "0.01", Grade::J, AS_DATABASE)),
        ..OTHER_SERVER[0]
    },
    PROCESS_CRASH,
    PATCHING,
];
const SITE_OUTAGE: Builtin = Builtin::new(
    "outage",
    rate("\"0.25/year\"", Grade::D, UPTIME),
    repair(
        "{ lognormal = { median = \"90min\", sigma = 1.0 } }",
        Grade::D,
        "derived from Ponemon Institute, Cost of Data Center Outages 2010 to 2016",
    ),
);
const SITE_DISASTER: Builtin = Builtin::new(
    "disaster",
    rate("\"0.02/year\"", Grade::D, UPTIME),
    repair(
        "{ lognormal = { median = \"7d\", sigma = 1.0 } }",
        Grade::J,
        JUDGEMENT,
    ),
);
const INTER_SITE_LINK: Builtin = Builtin::new(
    "cut",
    rate("\"12/year\"", Grade::D, CENIC),
    repair(
        "{ mixture = [\
         { weight = 0.75, lognormal = { median = \"2.7min\", sigma = 1.26 } }, \
         { weight = 0.25, lognormal = { median = \"32min\", sigma = 2.34 } }] }",
        Grade::D,
        CENIC,
    ),
);
const LOCAL_LINK: Builtin = Builtin::new(
    "cut",
    rate("\"0.5/year\"", Grade::J, JUDGEMENT),
    repair(
        "{ lognormal = { median = \"5min\", sigma = 1.3 } }",
        Grade::J,
        JUDGEMENT,
    ),
);
const GREY_FAILURE: Builtin = Builtin::new(
    "grey-failure",
    rate("\"0/year\"", Grade::J, "judgement: off, no figure is known"),
    repair(
        "{ lognormal = { median = \"1h\", sigma = 1.0 } }",
        Grade::J,
        JUDGEMENT,
    ),
);
const SHAPE: Setting = Setting::new(
    "shape",
    "1.0",
    Grade::R,
    "recomputed from the LANL records (LA-UR-05-7318): 0.75 is the alternative with the same mean",
)
.means("the Weibull shape of the times between failures of servers; 1 is exponential");

/// Modes of one kind; more are a mistake and would use up the addresses of random draws.
const MODES_MOST: usize = 8;

impl Failures {
    pub(super) fn read(mut section: Section<'_>) -> Self {
        let shape = Kind::Within {
            least: 0.2,
            most: 5.0,
        };
        section.describe("shape", shape, "");
        let site_disaster = single(&mut section, "site_disaster", &SITE_DISASTER);
        let site_disaster_dc2 = match section.wants("site_disaster_dc2") {
            true => single(&mut section, "site_disaster_dc2", &SITE_DISASTER),
            false => site_disaster.clone(),
        };
        let failures = Self {
            database_server: modes(&mut section, "database_server", &DATABASE_SERVER),
            pool_server: modes(&mut section, "pool_server", &POOL_SERVER),
            witness_server: modes(&mut section, "witness_server", &OTHER_SERVER),
            share_server: modes(&mut section, "share_server", &SHARE_SERVER),
            site_outage: single(&mut section, "site_outage", &SITE_OUTAGE),
            site_disaster,
            site_disaster_dc2,
            inter_site_link: single(&mut section, "inter_site_link", &INTER_SITE_LINK),
            local_link: single(&mut section, "local_link", &LOCAL_LINK),
            grey_failure: single(&mut section, "grey_failure", &GREY_FAILURE),
            shape: section
                .read(&SHAPE, |node| value::number_within(node, 0.2, 5.0))
                .unwrap_or(1.0),
        };
        section.finish();
        failures
    }
}

/// Reads a kind with one mode: a table in which each key has a default.
fn single(section: &mut Section<'_>, key: &'static str, builtin: &Builtin) -> FailureMode {
    mode(section.inner(key), builtin)
}

/// Reads a kind with several modes: a list, which replaces the built-in one as a whole because
/// half a replacement could not be told from a slip.
fn modes(section: &mut Section<'_>, key: &'static str, builtin: &[Builtin]) -> Vec<FailureMode> {
    let path = section.path_of(key);
    let place = section.place().clone();
    if section.is_catalogue() {
        section.describe_modes(key, modes_of(key), &listed(builtin));
        return Vec::new();
    }
    let Some(node) = section.node(key) else {
        let modes = builtin.iter().map(|builtin| {
            let section = section_of(section.reader, &path, builtin.name, None, &place);
            mode(section, builtin)
        });
        return modes.collect();
    };
    let Value::Array(items) = &node.value else {
        let mistake = value::wrong_type(node, "a list of { rate = ..., repair = ... }");
        section.refuse(
            key,
            vec![mistake.helped("write [] for a component that never fails")],
        );
        return Vec::new();
    };
    if items.len() > MODES_MOST {
        let message = format!("{} modes, at most {MODES_MOST}", items.len());
        section.refuse(key, vec![value::mistake(node, "E0024", message)]);
    }
    let mut modes: Vec<FailureMode> = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(table) = item.table() else {
            section.refuse(
                key,
                vec![value::wrong_type(item, "a table with `rate` and `repair`")],
            );
            continue;
        };
        let name = format!("mode-{}", index + 1);
        let inner = section_of(
            section.reader,
            &path,
            &index.to_string(),
            Some(table),
            &item.place,
        );
        let often = match inner.has("every") {
            true => Setting::required("every", "\"30d\"", "how regularly it is worked on"),
            false => Setting::required("rate", OUTAGE_RATE, "how often it fails"),
        };
        let repair = Setting::required("repair", OUTAGE_REPAIR, "how long until it is back");
        let mut read = mode(inner, &Builtin::new("", often, repair));
        if read.name.is_empty() {
            read.name = name;
        }
        if modes.iter().any(|other| other.name == read.name) {
            let message = format!("two modes are named `{}`", read.name);
            section.refuse(key, vec![value::mistake(item, "E0026", message)]);
        }
        modes.push(read);
    }
    modes
}

/// What fails in the ways listed at a key.
fn modes_of(key: &str) -> &'static str {
    match key {
        "database_server" => "how each of A, B, S and SM fails",
        "pool_server" => "how each Persistent Chat server fails",
        "witness_server" => "how each of W and SW fails",
        "share_server" => "how the host of the backup share fails, unless that is A",
        _ => "",
    }
}

/// Built-in modes as a file would write them.
fn listed(builtin: &[Builtin]) -> String {
    let modes: Vec<String> = builtin
        .iter()
        .map(|mode| {
            let settings = [Some(&mode.rate), Some(&mode.repair)];
            let shares = [mode.common_cause.as_ref(), mode.destructive.as_ref()];
            let keys = settings.into_iter().chain(shares).flatten();
            let keys: Vec<String> = keys
                .map(|setting| format!("{} = {}", setting.key, setting.default))
                .collect();
            format!("{{ name = \"{}\", {} }}", mode.name, keys.join(", "))
        })
        .collect();
    format!("[{}]", modes.join(", "))
}

fn section_of<'a>(
    reader: &'a mut Reader,
    path: &str,
    name: &str,
    table: Option<&'a Table>,
    place: &Place,
) -> Section<'a> {
    Section::new(reader, format!("{path}.{name}"), table, place.clone())
}

/// Says what may stand at the keys of a mode that have no default of their own.
fn describe(section: &mut Section<'_>) {
    let share = Kind::Within {
        least: 0.0,
        most: 1.0,
    };
    section.describe("name", Kind::Text, "a short name for reports");
    let meaning = "of the failures, the share that takes all servers of the kind in the site down";
    section.describe("common_cause", share.clone(), meaning);
    let meaning = "of the failures, the share that destroys what the component stores";
    section.describe("destructive", share, meaning);
}

/// Reads a mode. A share that is neither written nor built in is 0.
fn mode(mut section: Section<'_>, builtin: &Builtin) -> FailureMode {
    describe(&mut section);
    let often = builtin.rate.means("how often it fails while it is up");
    let repair = builtin.repair.means("from the failure until it is back");
    let planned = builtin.rate.key == "every";
    let least = SimDuration { ms: 3_600_000 };
    let share = |section: &mut Section<'_>, key, builtin: &Option<Setting>| {
        let read = |node: &Node| value::number_within(node, 0.0, 1.0);
        let found = match builtin {
            Some(setting) => section.read(setting, read),
            None => section.optional(key, read),
        };
        found.unwrap_or(0.0)
    };
    let mode = FailureMode {
        name: section
            .string("name")
            .unwrap_or_else(|| builtin.name.to_owned()),
        rate: match planned {
            true => Rate {
                count: 0.0,
                per: value::RateUnit::Year,
            },
            false => section.rate(&often),
        },
        planned_every: planned.then(|| section.duration(&often, least..=value::LONGEST)),
        repair: section.distribution(&repair),
        common_cause: match planned {
            true => 0.0,
            false => share(&mut section, "common_cause", &builtin.common_cause),
        },
        destructive: match planned {
            true => 0.0,
            false => share(&mut section, "destructive", &builtin.destructive),
        },
    };
    section.finish();
    mode
}
