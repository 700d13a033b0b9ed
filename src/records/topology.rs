//! The topology of a deployment: `Get-CsTopology -AsXml`, or the `.tbxml` of Topology Builder. No
//! public file shows the names of Persistent Chat's roles and how a mirror or a secondary store is
//! written: what is not known is listed with its line, and a dependency that is not plain is asked.

use std::collections::BTreeMap;
use std::io::Read;

use super::decode::Decoded;
use super::manifest::RecordFile;
use super::xml::{self, BadXml, XmlElement};
use crate::scenario::diagnostic::{Diagnostic, Severity};

/// A machine with its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologyMachine {
    /// Its full name.
    pub fqdn: String,
    /// Its line.
    pub line: u64,
}

/// A cluster: a pool, or a single server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologyCluster {
    /// What other elements call it.
    id: String,
    /// Its full name.
    pub fqdn: String,
    /// Its line.
    pub line: u64,
    /// Its machines, in the order of the file; none for a server that is listed by its name only.
    pub machines: Vec<TopologyMachine>,
}

/// An instance of SQL Server.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TopologyInstance {
    id: String,
    name: String,
    cluster: String,
}

/// A dependency of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologyDependency {
    /// Its usage, such as `Default`.
    pub usage: String,
    /// The service that it is on.
    target: String,
    /// Its line.
    pub line: u64,
}

/// What a service is for, as far as its role says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ServiceUse {
    /// Serves chat.
    Chat,
    /// Holds chat databases.
    ChatStore,
    /// Holds the compliance databases.
    ComplianceStore,
    /// Holds the Central Management store.
    CentralManagement,
    /// Routes users to the chat pool.
    Registrar,
    /// Keeps files.
    Files,
    /// Anything else.
    Other,
}

/// A service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopologyService {
    id: String,
    /// Its role, as the file has it.
    pub role: String,
    /// Its line.
    pub line: u64,
    installed_on: String,
    /// What it depends on.
    pub dependencies: Vec<TopologyDependency>,
    /// What an element or attribute says of being active.
    pub is_active: Option<bool>,
}

impl TopologyService {
    /// What it is for. The names of the roles are not published: parts of them decide.
    #[must_use]
    pub fn purpose(&self) -> ServiceUse {
        let role = self.role.to_lowercase();
        let has = |part: &str| role.contains(part);
        let is_store = has("store") || has("database");
        match () {
            () if has("persistentchat") && has("compliance") => ServiceUse::ComplianceStore,
            () if has("persistentchat") && is_store => ServiceUse::ChatStore,
            () if has("persistentchat") => ServiceUse::Chat,
            () if has("centralm") => ServiceUse::CentralManagement,
            () if has("registrar") => ServiceUse::Registrar,
            () if has("filestore") => ServiceUse::Files,
            () => ServiceUse::Other,
        }
    }
}

/// A topology.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopologyRecord {
    /// The index of its file.
    pub file: usize,
    /// The clusters.
    pub clusters: Vec<TopologyCluster>,
    instances: Vec<TopologyInstance>,
    /// The services.
    pub services: Vec<TopologyService>,
    /// Elements that are not known, by name, with their lines. What is within them is left alone.
    pub unknown: BTreeMap<String, Vec<u64>>,
    /// How many elements were read.
    pub elements: u64,
}

impl TopologyRecord {
    /// The service that a dependency is on.
    #[must_use]
    pub fn target(&self, dependency: &TopologyDependency) -> Option<&TopologyService> {
        let mut services = self.services.iter();
        services.find(|service| service.id == dependency.target)
    }

    /// Where a service is installed: `HOST`, or `HOST\INSTANCE`.
    #[must_use]
    pub fn server_of(&self, service: &TopologyService) -> Option<String> {
        let on = &service.installed_on;
        let instance = self.instances.iter().find(|instance| instance.id == *on);
        let cluster = instance.map_or(on, |instance| &instance.cluster);
        let cluster = self.cluster(cluster)?;
        Some(match instance {
            Some(instance) if !instance.name.is_empty() => {
                format!("{}\\{}", cluster.fqdn, instance.name)
            }
            _ => cluster.fqdn.clone(),
        })
    }

    /// The cluster that a service is installed on.
    #[must_use]
    pub fn cluster_of(&self, service: &TopologyService) -> Option<&TopologyCluster> {
        self.cluster(&service.installed_on)
    }

    fn cluster(&self, id: &str) -> Option<&TopologyCluster> {
        self.clusters.iter().find(|cluster| cluster.id == id)
    }

    /// Reads an element that may hold clusters and services, and those within it.
    fn read(&mut self, element: &XmlElement) {
        self.elements += 1;
        match element.name.as_str() {
            "Topology" | "TopologyBuilder" | "NewTopology" | "PartialTopology" | "Sites"
            | "CentralSites" | "CentralSite" | "Clusters" | "SqlInstances" | "Services" => {
                for inner in &element.within {
                    self.read(inner);
                }
            }
            "Cluster" => self.cluster_element(element),
            "SqlInstance" => self.instance(element, None),
            "Service" => self.service(element),
            name if IGNORED.contains(&name) => {}
            _ => self.is_unknown(element),
        }
    }

    fn is_unknown(&mut self, element: &XmlElement) {
        let lines = self.unknown.entry(element.name.clone()).or_default();
        lines.push(element.line);
    }

    fn cluster_element(&mut self, element: &XmlElement) {
        let id = element.attribute("UniqueId").map(str::to_owned);
        let id = id.or_else(|| element.first("ClusterId").map(cluster_id));
        let mut machines = Vec::new();
        let mut inner: Vec<&XmlElement> = Vec::new();
        for one in &element.within {
            match one.name.as_str() {
                "Machines" => inner.extend(&one.within),
                _ => inner.push(one),
            }
        }
        let id = id.unwrap_or_default();
        for one in inner {
            match one.name.as_str() {
                "Machine" => {
                    if let Some(fqdn) = one.attribute("Fqdn") {
                        machines.push(TopologyMachine {
                            fqdn: fqdn.to_owned(),
                            line: one.line,
                        });
                    }
                }
                "SqlInstances" => {
                    for instance in &one.within {
                        self.instance(instance, Some(&id));
                    }
                }
                "ClusterId" => {}
                name if IGNORED.contains(&name) => {}
                _ => self.is_unknown(one),
            }
        }
        self.clusters.push(TopologyCluster {
            id,
            fqdn: element.attribute("Fqdn").unwrap_or_default().to_owned(),
            line: element.line,
            machines,
        });
    }

    fn instance(&mut self, element: &XmlElement, cluster: Option<&str>) {
        if element.name != "SqlInstance" {
            return self.is_unknown(element);
        }
        if let Some(inner) = element.first("SqlInstanceId") {
            self.instances.push(TopologyInstance {
                id: instance_id(inner),
                name: inner.attribute("Name").unwrap_or_default().to_owned(),
                cluster: inner.first("ClusterId").map(cluster_id).unwrap_or_default(),
            });
        } else {
            self.instances.push(TopologyInstance {
                id: element.attribute("UniqueId").unwrap_or_default().to_owned(),
                name: element.attribute("Name").unwrap_or_default().to_owned(),
                cluster: cluster.unwrap_or_default().to_owned(),
            });
        }
    }

    fn service(&mut self, element: &XmlElement) {
        let inner_id = element.first("ServiceId");
        let id = element.attribute("UniqueId").map(str::to_owned);
        let role = inner_id.unwrap_or(element).attribute("RoleName");
        let mut service = TopologyService {
            id: id.or_else(|| inner_id.map(service_id)).unwrap_or_default(),
            role: role.unwrap_or_default().to_owned(),
            line: element.line,
            installed_on: element
                .attribute("InstalledOn")
                .unwrap_or_default()
                .to_owned(),
            dependencies: Vec::new(),
            is_active: None,
        };
        for one in &element.within {
            match one.name.as_str() {
                "ServiceId" => {}
                "InstalledOn" => service.installed_on = installed_on(one),
                "DependsOn" => {
                    for inner in &one.within {
                        match inner.name.as_str() {
                            "Dependency" => service.dependencies.push(dependency(inner)),
                            _ => self.is_unknown(inner),
                        }
                    }
                }
                // The role's own element.
                "FileStoreService" => {}
                "CentralMgmtService" => {
                    let active = one.attribute("IsActive");
                    service.is_active = active.map(|text| text.eq_ignore_ascii_case("true"));
                }
                name if IGNORED.contains(&name) => {}
                _ => self.is_unknown(one),
            }
        }
        self.services.push(service);
    }
}

/// Elements that say nothing which a scenario has a place for.
const IGNORED: [&str; 6] = [
    "Name",
    "Location",
    "NetInterface",
    "InternalDomains",
    "SimpleUrlConfiguration",
    "Ports",
];

fn cluster_id(element: &XmlElement) -> String {
    let part = |name| element.attribute(name).unwrap_or_default();
    format!("{}:{}", part("SiteId"), part("Number"))
}

fn instance_id(element: &XmlElement) -> String {
    let cluster = element.first("ClusterId").map(cluster_id);
    let name = element.attribute("Name").unwrap_or_default();
    format!("{}\\{}", cluster.unwrap_or_default(), name.to_lowercase())
}

fn service_id(element: &XmlElement) -> String {
    let part = |name| element.attribute(name).unwrap_or_default();
    let (site, role, number) = (part("SiteId"), part("RoleName"), part("Instance"));
    format!("{site}-{role}-{number}")
}

fn installed_on(element: &XmlElement) -> String {
    let instance = element.first("SqlInstanceId").map(instance_id);
    let cluster = element.first("ClusterId").map(cluster_id);
    instance.or(cluster).unwrap_or_default()
}

fn dependency(element: &XmlElement) -> TopologyDependency {
    let target = element.attribute("ServiceUniqueId").map(str::to_owned);
    let target = target.or_else(|| element.first("ServiceId").map(service_id));
    TopologyDependency {
        usage: element.attribute("Usage").unwrap_or("none").to_owned(),
        target: target.unwrap_or_default(),
        line: element.line,
    }
}

/// A topology of more bytes is none.
const BYTES_MOST: u64 = 32 << 20;

/// Reads a topology.
///
/// # Errors
/// When the file is no topology: with line and column where there is a place.
pub fn read(
    file: &RecordFile,
    index: usize,
    input: Box<dyn Read>,
) -> Result<TopologyRecord, Box<Diagnostic>> {
    let mut text = String::new();
    let decoded = Decoded::new(input, file.encoding);
    let whole = decoded.and_then(|decoded| decoded.take(BYTES_MOST + 1).read_to_string(&mut text));
    whole.map_err(|error| refused(file, None, &error.to_string()))?;
    if text.len() as u64 > BYTES_MOST {
        return Err(refused(file, None, "it is too large for a topology"));
    }
    let root = xml::parse(&text).map_err(|bad| refused(file, Some(&bad), &bad.why))?;
    if !["Topology", "TopologyBuilder", "PartialTopology"].contains(&root.name.as_str()) {
        let bad = BadXml {
            line: root.line,
            column: 1,
            why: format!("it begins with `<{}>`, which is no topology", root.name),
        };
        return Err(refused(file, Some(&bad), &bad.why));
    }
    let mut topology = TopologyRecord {
        file: index,
        ..TopologyRecord::default()
    };
    topology.read(&root);
    Ok(topology)
}

fn refused(file: &RecordFile, bad: Option<&BadXml>, why: &str) -> Box<Diagnostic> {
    let place = bad.map_or_else(String::new, |bad| {
        format!(", line {}, column {}", bad.line, bad.column)
    });
    let message = format!("`{}`{place}: the topology cannot be read: {why}", file.path);
    let number =
        |of: fn(&BadXml) -> u64| bad.map_or(0, |bad| usize::try_from(of(bad)).unwrap_or(0));
    Box::new(Diagnostic {
        line: number(|bad| bad.line),
        column: number(|bad| bad.column),
        help: "save it as `poolproof collect` shows, or give the .tbxml file of Topology Builder"
            .to_owned(),
        ..Diagnostic::about(&file.path, Severity::Error, "E0034", message)
    })
}
