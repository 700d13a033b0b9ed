//! Names of servers, compared as Windows compares them: whatever the case of the letters, short or
//! with their domain, and with or without the name of the default instance.

use std::net::IpAddr;

/// A server, or an instance of SQL Server on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ServerName {
    host: String,
    domain: Option<String>,
    /// `None` for the default instance.
    instance: Option<String>,
}

impl ServerName {
    /// Reads `HOST`, `HOST.DOMAIN` or either with `\INSTANCE`; `None` where there is no host.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let (server, instance) = match text.split_once('\\') {
            Some((server, instance)) => (server, instance),
            None => (text.as_str(), ""),
        };
        // A port after a comma is no part of the name.
        let server = server.split(',').next().unwrap_or_default().trim();
        let (host, domain) = match server.split_once('.') {
            Some((host, domain)) if server.parse::<IpAddr>().is_err() => (host, Some(domain)),
            _ => (server, None),
        };
        let is_named = !instance.is_empty() && instance != "mssqlserver";
        (!host.is_empty()).then(|| Self {
            host: host.to_owned(),
            domain: domain
                .filter(|domain| !domain.is_empty())
                .map(str::to_owned),
            instance: is_named.then(|| instance.to_owned()),
        })
    }

    /// The name without its domain and its instance, in lower case.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The name with its domain, as far as it is known, without the instance; in lower case.
    #[must_use]
    pub fn full(&self) -> String {
        match &self.domain {
            Some(domain) => format!("{}.{domain}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether both can be the same host: a domain that one of them does not say makes no
    /// difference.
    #[must_use]
    pub fn is_same_host(&self, other: &Self) -> bool {
        let domains = self.domain.as_ref().zip(other.domain.as_ref());
        self.host == other.host && domains.is_none_or(|(one, other)| one == other)
    }

    /// Whether both can be the same instance.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.is_same_host(other) && self.instance == other.instance
    }
}

/// Whether two texts name the same instance.
#[must_use]
pub fn is_same_server(one: &str, other: &str) -> bool {
    let both = ServerName::parse(one).zip(ServerName::parse(other));
    both.is_some_and(|(one, other)| one.is_same(&other))
}

/// The host and the port of a mirroring endpoint, `TCP://HOST:PORT`.
#[must_use]
pub fn endpoint(text: &str) -> Option<(String, u16)> {
    let text = text.trim();
    let scheme = text.get(..6).filter(|s| s.eq_ignore_ascii_case("tcp://"))?;
    let (host, port) = text[scheme.len()..].rsplit_once(':')?;
    let host = host.trim_matches(['[', ']']);
    let port = port.parse().ok().filter(|port| *port > 0)?;
    (!host.is_empty()).then(|| (host.to_owned(), port))
}

/// The host of a path such as `\\HOST\SHARE`; `None` for a path on the server itself.
#[must_use]
pub fn host_of_path(path: &str) -> Option<&str> {
    let rest = path.trim().strip_prefix(r"\\")?;
    rest.split('\\').next().filter(|host| !host.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_server_has_many_names() {
        for (one, other, wanted) in [
            ("SQL-A", "sql-a", true),
            ("SQL-A", "sql-a.corp.example", true),
            ("sql-a.corp.example", "SQL-A.CORP.EXAMPLE", true),
            ("sql-a.corp.example", "sql-a.lab.example", false),
            ("SQL-A", r"sql-a\MSSQLSERVER", true),
            (r"SQL-A\LYNC", r"sql-a.corp.example\lync", true),
            (r"SQL-A\LYNC", "SQL-A", false),
            ("SQL-A", "SQL-AB", false),
            ("SQL-A,1433", "sql-a", true),
            ("10.0.0.1", "10.0.0.2", false),
            ("", "", false),
        ] {
            assert_eq!(is_same_server(one, other), wanted, "{one} {other}");
        }
    }

    #[test]
    fn endpoints_and_paths_have_hosts() {
        let found = endpoint("TCP://sql-b.corp.example:5022");
        assert_eq!(found, Some(("sql-b.corp.example".to_owned(), 5_022)));
        assert_eq!(endpoint("sql-b:5022"), None);
        assert_eq!(endpoint("TCP://sql-b"), None);
        assert_eq!(endpoint("tcp://ü"), None);
        assert_eq!(host_of_path(r"\\FS1\ls"), Some("FS1"));
        assert_eq!(host_of_path(r"D:\ls"), None);
        assert_eq!(host_of_path(r"\\"), None);
    }
}
