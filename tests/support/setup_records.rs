//! Records of how a pool is set up, made from a scenario, as they are really found: UTF-16 with
//! semicolons and decimal commas, names in other letters and with domains, localised texts, rows of
//! other databases, and the numbers of the witness, which mean the opposite of the partners'.

use std::fmt::Write as _;

use poolproof::scenario::Scenario;
use poolproof_engines::clocks::distribution::SimDuration;
use poolproof_models::names::site::{ShareLocation, Site};

use super::records::{RecordText, utf_16};

/// Names of the servers, as rows carry them.
const DOMAIN: &str = "corp.example";

/// The values of a scenario that name its servers as the records do.
pub fn names() -> Vec<(String, String)> {
    let names = [
        ("sql.a.server", "SQL-A"),
        ("sql.b.server", "SQL-B"),
        ("sql.w.server", "SQL-W"),
        ("sql.s.server", r"SQL-S\LYNC"),
        ("sql.sm.server", "SQL-SM"),
        ("log_shipping.share_host", "FS1"),
    ];
    let quoted = |(key, name): (&str, &str)| (key.to_owned(), format!("'{name}'"));
    names.map(quoted).to_vec()
}

/// A pool server.
fn chat_server(number: usize) -> String {
    format!("pc{number}.{DOMAIN}")
}

/// Records of the scenario; every value that records hold is in them.
pub fn setup_records(scenario: &Scenario) -> Vec<RecordText> {
    let mut files: Vec<RecordText> = Vec::new();
    let mut manifest = r"database = 'mgc'".to_owned();
    let mut add = |manifest: &mut String, server: &str, path: &str, bytes: Vec<u8>| {
        let stem = path.rsplit('/').next().unwrap();
        let kind = stem.split('.').next().unwrap();
        let server = match server {
            "" => String::new(),
            name => format!("server = '{name}'\n"),
        };
        let _ = write!(
            manifest,
            "\n[[file]]\npath = '{path}'\nkind = '{kind}'\n{server}"
        );
        files.push((path.to_owned(), bytes));
    };
    let mirrored = scenario.mirroring.enabled;
    let has_witness = mirrored && scenario.mirroring.witness.is_some();
    let shipped = scenario.log_shipping.enabled;
    for (role, index, is_there) in [
        ("A", 0, true),
        ("B", 1, mirrored),
        ("W", 2, has_witness),
        ("S", 3, shipped),
        ("SM", 4, shipped && scenario.secondary.mirror),
    ] {
        if !is_there {
            continue;
        }
        let name = &scenario.sql.instances[index].server;
        let _ = write!(manifest, "\n[[server]]\nrole = '{role}'\nname = '{name}'\n");
        let properties = properties(scenario, index);
        add(
            &mut manifest,
            name,
            &format!("{role}/server-properties.csv"),
            properties,
        );
        if matches!(role, "A" | "B") {
            let rows = databases(scenario, role);
            add(
                &mut manifest,
                name,
                &format!("{role}/mirroring-setup.csv"),
                rows,
            );
        }
        if role == "W" {
            let rows = witness(scenario);
            add(
                &mut manifest,
                name,
                &format!("{role}/witness-setup.csv"),
                rows,
            );
        }
        if matches!(role, "A" | "B") {
            let rows = primary(scenario, role);
            add(
                &mut manifest,
                name,
                &format!("{role}/log-shipping-primary.csv"),
                rows,
            );
        }
        if shipped && role == "S" {
            let rows = secondary(scenario);
            add(&mut manifest, name, "S/log-shipping-secondary.csv", rows);
        }
        if shipped && matches!(role, "A" | "B" | "S") {
            let rows = schedules(scenario, role);
            add(
                &mut manifest,
                name,
                &format!("{role}/job-schedules.csv"),
                rows,
            );
        }
    }
    add(&mut manifest, "", "lync/cs-pool.json", cs_pool(scenario));
    let state = format!(
        "{{\"Identity\":\"PersistentChatServer:pchat.{DOMAIN}\",\"PoolState\":\"Normal\"}}"
    );
    add(
        &mut manifest,
        "",
        "lync/persistent-chat-state.json",
        state.into_bytes(),
    );
    if mirrored {
        let states = "[{\"DatabaseName\":\"mgc\",\"StateOnPrimary\":\"Principal\",\
                      \"StateOnMirror\":\"Mirror\",\"MirroringStatusOnPrimary\":\"synchronized\",\
                      \"MirroringStatusOnSecondary\":\"synchronized\"}]";
        add(
            &mut manifest,
            "",
            "lync/cs-mirror-state.json",
            states.into(),
        );
    }
    let topology = topology(scenario);
    add(&mut manifest, "", "lync/topology.xml", utf_16(&topology));
    files.push(("records.toml".to_owned(), manifest.into_bytes()));
    files
}

fn name_of(scenario: &Scenario, role: &str) -> String {
    let index = ["A", "B", "W", "S", "SM"]
        .iter()
        .position(|one| *one == role);
    scenario.sql.instances[index.unwrap()].server.clone()
}

fn properties(scenario: &Scenario, index: usize) -> Vec<u8> {
    let instance = &scenario.sql.instances[index];
    let version = match instance.version.name() {
        "2008R2" => "10.50.6000.34",
        "2012" => "11.0.5058.0",
        "2014" => "12.0.2000.8",
        other => panic!("no build of {other}"),
    };
    let (name, edition) = (instance.server.to_lowercase(), instance.edition);
    format!(
        "server_name;product_version;edition\n{name};{version};\"{edition} Edition (64-Bit)\"\n"
    )
    .into_bytes()
}

/// The databases of A or B; another database stands beside them.
fn databases(scenario: &Scenario, role: &str) -> Vec<u8> {
    let mut text = "server_name;database_name;mirroring_role_desc;mirroring_state;\
                    mirroring_state_desc;mirroring_safety_level_desc;mirroring_partner_name;\
                    mirroring_witness_name;mirroring_connection_timeout;recovery_model_desc\n"
        .to_owned();
    let own = name_of(scenario, role);
    let mirroring = &scenario.mirroring;
    let model = scenario
        .sql
        .recovery_model
        .name()
        .to_uppercase()
        .replace('-', "_");
    if !mirroring.enabled {
        let _ = writeln!(text, "{own};mgc;NULL;NULL;NULL;NULL;NULL;NULL;NULL;{model}");
        return utf_16(&text);
    }
    let other = if role == "A" { 1 } else { 0 };
    let partner = &scenario.sql.instances[other];
    let (host, port) = (partner.server.to_lowercase(), partner.mirroring_port);
    let witness = match mirroring.witness {
        None => String::new(),
        Some(_) => format!(
            "TCP://sql-w.{DOMAIN}:{}",
            scenario.sql.instances[2].mirroring_port
        ),
    };
    let role = if role == "A" { "PRINCIPAL" } else { "MIRROR" };
    let safety = if mirroring.synchronous { "FULL" } else { "OFF" };
    let seconds = mirroring.partner_timeout.ms / 1_000;
    let _ = writeln!(
        text,
        "{own};mgc;{role};4;SYNCHRONIZED;{safety};TCP://{host}.{DOMAIN}:{port};{witness};\
         {seconds},00;{model}"
    );
    utf_16(&text)
}

/// The numbers of this view: 5 is synchronised, and in the view of the partners it is the opposite.
fn witness(scenario: &Scenario) -> Vec<u8> {
    let [a, b] = ["A", "B"].map(|role| name_of(scenario, role));
    format!(
        "server_name,database_name,principal_server_name,mirror_server_name,partner_sync_state,\
         partner_sync_state_desc\nSQL-W,mgc,{a},{b},5,SYNCHRONIZED\n"
    )
    .into_bytes()
}

fn minutes(duration: SimDuration) -> u64 {
    duration.ms / 60_000
}

/// The threshold and whether the alert is switched on.
fn alert(threshold: Option<SimDuration>) -> (u64, u8) {
    threshold.map_or((60, 0), |threshold| (minutes(threshold), 1))
}

fn primary(scenario: &Scenario, role: &str) -> Vec<u8> {
    let shipping = &scenario.log_shipping;
    let own = name_of(scenario, role);
    let mut text = "server_name\tprimary_database\tbackup_share\tbackup_retention_period\t\
                    backup_threshold\tthreshold_alert_enabled\tmonitor_server\n"
        .to_owned();
    if !shipping.enabled || role == "B" && !shipping.mirror_configured {
        let _ = writeln!(text, "{own}\tNULL\tNULL\tNULL\tNULL\tNULL\tNULL");
        return utf_16(&text);
    }
    let host = match shipping.share {
        ShareLocation::OnPrimary => "sql-a",
        _ => "fs1",
    };
    let folder = match (role, shipping.mirror_share_same) {
        ("B", false) => "ls-b",
        ("B", true) => "LS\\",
        _ => "ls",
    };
    let (threshold, is_on) = alert(shipping.no_backup_alert);
    let retention = minutes(shipping.backup_retention);
    let monitor = match shipping.monitor {
        None => own.to_lowercase(),
        Some(_) => format!("mon1.{DOMAIN}"),
    };
    let _ = writeln!(
        text,
        "{own}\tmgc\t\\\\{host}.{DOMAIN}\\{folder}\t{retention}\t{threshold}\t{is_on}\t{monitor}"
    );
    utf_16(&text)
}

fn secondary(scenario: &Scenario) -> Vec<u8> {
    let shipping = &scenario.log_shipping;
    let [a, s] = ["A", "S"].map(|role| name_of(scenario, role));
    let (threshold, is_on) = alert(shipping.no_restore_alert);
    let mode = u8::from(!shipping.no_recovery);
    let delay = minutes(shipping.restore_delay);
    format!(
        "server_name|primary_server|primary_database|backup_destination_directory|restore_delay|\
         restore_mode|restore_threshold|threshold_alert_enabled|monitor_server\n\
         {s}|{a}|mgc|D:\\copied|{delay}|{mode}|{threshold}|{is_on}|{s}\n"
    )
    .into_bytes()
}

/// The columns of a schedule with this interval.
fn schedule(interval: SimDuration) -> String {
    let seconds = interval.ms / 1_000;
    let (days, unit, size) = match seconds {
        s if s % 86_400 == 0 => (s / 86_400, 1, 0),
        s if s % 3_600 == 0 => (1, 8, s / 3_600),
        s if s % 60 == 0 => (1, 4, s / 60),
        s => (1, 2, s),
    };
    format!("4;{days};{unit};{size};0;0;235900")
}

fn schedules(scenario: &Scenario, role: &str) -> Vec<u8> {
    let shipping = &scenario.log_shipping;
    let own = name_of(scenario, role);
    let mut text = "server_name;database_name;job;job_name;job_enabled;schedule_enabled;freq_type;\
                    freq_interval;freq_subday_type;freq_subday_interval;freq_recurrence_factor;\
                    active_start_time;active_end_time\n"
        .to_owned();
    let jobs = match role {
        "B" if !shipping.mirror_configured => Vec::new(),
        "A" | "B" => vec![("backup", shipping.backup_interval)],
        _ => vec![
            ("copy", shipping.copy_interval),
            ("restore", shipping.restore_interval),
        ],
    };
    for (job, interval) in &jobs {
        let columns = schedule(*interval);
        let _ = writeln!(text, "{own};mgc;{job};LSJob – Prüfung;1;1;{columns}");
        // The job of the other database runs at another interval.
        let _ = writeln!(text, "{own};mgccomp;{job};LSJob;1;1;4;1;8;7;0;0;235900");
    }
    if jobs.is_empty() {
        let _ = writeln!(text, "{own};NULL;NULL;NULL;;;;;;;;;");
    }
    utf_16(&text)
}

fn chat_servers(scenario: &Scenario) -> Vec<String> {
    (1..=scenario.pool.total() as usize)
        .map(chat_server)
        .collect()
}

fn cs_pool(scenario: &Scenario) -> Vec<u8> {
    let computers = chat_servers(scenario);
    let computers: Vec<String> = computers.iter().map(|name| format!("\"{name}\"")).collect();
    format!(
        "[{{\"Identity\":\"fe.{DOMAIN}\",\"Fqdn\":\"fe.{DOMAIN}\",\"Site\":\"Site:North\",\
         \"Computers\":[\"fe1.{DOMAIN}\"],\"Services\":[\"Registrar:fe.{DOMAIN}\"]}},\r\n\
         {{\"Identity\":\"pchat.{DOMAIN}\",\"Fqdn\":\"pchat.{DOMAIN}\",\"Site\":\"Site:North\",\
         \"Computers\":[{}],\"Services\":[\"PersistentChatServer:pchat.{DOMAIN}\"]}}]",
        computers.join(",")
    )
    .into_bytes()
}

/// The topology as `Get-CsTopology -AsXml` writes it.
fn topology(scenario: &Scenario) -> String {
    let mut text =
        "<Topology xmlns=\"urn:schema:Microsoft.Rtc.Management.Deploy.Topology.2008\">\n\
                    <Sites><CentralSite SiteId=\"1\"><Name>Nord &amp; Süd</Name><Location/>\
                    </CentralSite></Sites>\n<Clusters>\n"
            .to_owned();
    let _ = writeln!(
        text,
        "<Cluster Fqdn=\"pchat.{DOMAIN}\"><ClusterId SiteId=\"1\" Number=\"4\"/>"
    );
    for (index, name) in chat_servers(scenario).iter().enumerate() {
        let number = index + 1;
        let _ = writeln!(
            text,
            "<Machine OrdinalInCluster=\"{number}\" Fqdn=\"{name}\"/>"
        );
    }
    text += "</Cluster>\n";
    for (number, host) in [(5, "sql-a"), (6, "sql-s"), (7, "fe"), (8, "cms")] {
        let _ = writeln!(
            text,
            "<Cluster Fqdn=\"{host}.{DOMAIN}\"><ClusterId SiteId=\"1\" Number=\"{number}\"/>\
             </Cluster>"
        );
    }
    text += "</Clusters>\n<SqlInstances><SqlInstance><SqlInstanceId Name=\"LYNC\"><ClusterId \
             SiteId=\"1\" Number=\"6\"/></SqlInstanceId></SqlInstance></SqlInstances>\n\
             <Services>\n";
    let cluster = |number: u32| format!("<ClusterId SiteId=\"1\" Number=\"{number}\"/>");
    let secondary = "<Dependency Usage=\"Backup\"><ServiceId SiteId=\"1\" \
                     RoleName=\"PersistentChatStore\" Instance=\"2\"/></Dependency>";
    let depends = format!(
        "<DependsOn><Dependency Usage=\"Default\"><ServiceId SiteId=\"1\" \
         RoleName=\"PersistentChatStore\" Instance=\"1\"/></Dependency>\n\
         <Dependency Usage=\"Default\"><ServiceId SiteId=\"1\" RoleName=\"Registrar\" \
         Instance=\"1\"/></Dependency>\n{}</DependsOn>",
        if scenario.log_shipping.enabled {
            secondary
        } else {
            ""
        }
    );
    let instance = format!(
        "<SqlInstanceId Name=\"LYNC\">{}</SqlInstanceId>",
        cluster(6)
    );
    for (role, number, depends, on) in [
        ("PersistentChatServer", 1, depends.as_str(), cluster(4)),
        ("PersistentChatStore", 1, "", cluster(5)),
        ("PersistentChatStore", 2, "", instance),
        ("Registrar", 1, "", cluster(7)),
        ("CentralMgmtStore", 1, "", cluster(8)),
    ] {
        if number == 2 && !scenario.log_shipping.enabled {
            continue;
        }
        let _ = writeln!(
            text,
            "<Service RoleVersion=\"1\"><ServiceId SiteId=\"1\" RoleName=\"{role}\" \
             Instance=\"{number}\"/>{depends}<InstalledOn>{on}</InstalledOn></Service>"
        );
    }
    text + "</Services>\n</Topology>\n"
}

/// The answers that the scenario gives to what no record holds: sites, and others.
pub fn answers(scenario: &Scenario) -> (Vec<String>, Vec<String>) {
    let mut sites = Vec::new();
    let [dc1, dc2] = &scenario.pool.servers;
    let here = u32::from(dc1.active) + u32::from(dc1.idle);
    let all = scenario.pool.total();
    sites.push(format!("pc[1-{here}]=DC1"));
    if all > here {
        sites.push(format!("pc[{}-{all}]=DC2", here + 1));
    }
    let site = |site: Site| site.name();
    if scenario.mirroring.enabled {
        sites.push("sql-[ab]=DC1".to_owned());
        if let Some(witness) = scenario.mirroring.witness {
            let place = witness.site().map_or("third", Site::name);
            sites.push(format!("sql-w={place}"));
        }
    }
    let mut values = vec![
        format!("pool.variant={}", scenario.pool.variant.name()),
        "operators=hardened".to_owned(),
    ];
    let active =
        |from: u32, count: u8| (from + 1..=from + u32::from(count)).map(|n| format!("pc{n}"));
    let active: Vec<String> = active(0, dc1.active)
        .chain(active(here, dc2.active))
        .collect();
    values.push(format!("pool.active={}", active.join(",")));
    if scenario.log_shipping.enabled {
        match scenario.log_shipping.share {
            ShareLocation::OnPrimary => {}
            ShareLocation::Dc1 => sites.push("fs*=DC1".to_owned()),
            ShareLocation::Dc2 => sites.push("fs*=DC2".to_owned()),
            ShareLocation::Third => sites.push("fs*=third".to_owned()),
        }
        if let Some(monitor) = scenario.log_shipping.monitor {
            sites.push(format!("mon1={}", site(monitor)));
        }
        sites.push("sql-s=DC2".to_owned());
        match scenario.secondary.mirror {
            true => sites.push("sql-sm=DC2".to_owned()),
            false => values.push("secondary.mirror=false".to_owned()),
        }
    }
    sites.push(format!("cms={}", site(scenario.control.cms_site)));
    sites.push(format!("fe={}", site(scenario.control.next_hop)));
    (sites, values)
}
