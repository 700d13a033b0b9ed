//! Who may ask: those who know the token in the address, from a page of this server.

use std::net::{IpAddr, SocketAddr};

use super::http::{Request, Status};

/// The bytes of a token: nobody guesses so many.
const TOKEN_BYTES: usize = 16;

/// Lets requests in, or refuses them.
pub struct Gate {
    token: String,
    address: SocketAddr,
}

impl Gate {
    /// A gate with a new token, for a server at this address.
    ///
    /// # Errors
    ///
    /// When the system gives no random bytes.
    pub fn new(address: SocketAddr) -> Result<Self, String> {
        Ok(Self {
            token: digits()?,
            address,
        })
    }

    /// The address of the page, with the token.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://{}/{}/", self.address, self.token)
    }

    /// The path of a request below the token, without its first slash.
    pub(super) fn admit<'r>(&self, request: &'r Request) -> Result<&'r str, Status> {
        let host = request.header("host").ok_or(Status::Malformed)?;
        // A page of another name that points here would otherwise be at home here.
        if !self.is_own(host) {
            return Err(Status::Forbidden);
        }
        if request.count("origin") > 0 {
            let origin = request
                .header("origin")
                .and_then(|one| one.strip_prefix("http://"));
            if origin.is_none_or(|origin| origin != host) {
                return Err(Status::Forbidden);
            }
        }
        let from = request.header("sec-fetch-site");
        if from.is_some_and(|from| !["same-origin", "none"].contains(&from)) {
            return Err(Status::Forbidden);
        }
        let path = request.path.strip_prefix('/').unwrap_or_default();
        let (token, rest) = path.split_once('/').unwrap_or((path, ""));
        if !is_same(token, &self.token) {
            return Err(Status::Forbidden);
        }
        Ok(rest)
    }

    /// Whether a request names this server, by an address that no name server can give away.
    fn is_own(&self, host: &str) -> bool {
        let port = self.address.port();
        let here = self.address.ip();
        let known = |name: &str| host == format!("{name}:{port}") || (port == 80 && host == name);
        if here.is_loopback() {
            return known("127.0.0.1") || known("localhost") || known("[::1]");
        }
        match host.parse::<SocketAddr>() {
            Ok(asked) => asked.port() == port && (here.is_unspecified() || asked.ip() == here),
            Err(_) => port == 80 && host.parse::<IpAddr>().is_ok_and(|asked| asked == here),
        }
    }
}

/// Digits that nobody foresees. They are all of the program that no seed decides, and no result
/// depends on them.
pub(super) fn digits() -> Result<String, String> {
    let mut bytes = [0; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(|error| error.to_string())?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Whether two texts are the same, in a time that does not say where they differ.
fn is_same(one: &str, other: &str) -> bool {
    let pairs = one.bytes().zip(other.bytes());
    let differ = pairs.fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(address: &str) -> Gate {
        Gate::new(address.parse().expect("an address")).expect("random bytes")
    }

    #[test]
    fn tokens_are_long_and_differ() {
        let address = "127.0.0.1:80";
        let (one, other) = (gate(address), gate(address));
        assert_eq!(one.token.len(), 32);
        assert_ne!(one.token, other.token);
        assert!(is_same("ab", "ab") && !is_same("ab", "abc") && !is_same("ab", "aB"));
    }

    #[test]
    fn only_addresses_of_the_server_itself_are_its_own() {
        let here = gate("127.0.0.1:3100");
        for own in ["127.0.0.1:3100", "localhost:3100", "[::1]:3100"] {
            assert!(here.is_own(own), "{own}");
        }
        for other in [
            "127.0.0.1:3101",
            "127.0.0.1",
            "localhost",
            "evil.example:3100",
            "127.0.0.1.evil.example:3100",
            "localhost:3100@evil.example",
            "",
        ] {
            assert!(!here.is_own(other), "{other}");
        }
        let anywhere = gate("0.0.0.0:3100");
        assert!(anywhere.is_own("192.0.2.7:3100"));
        assert!(!anywhere.is_own("192.0.2.7:3101") && !anywhere.is_own("name.example:3100"));
        let there = gate("192.0.2.7:80");
        assert!(there.is_own("192.0.2.7") && !there.is_own("192.0.2.8"));
    }
}
