//! The promise of the explorer: the model in a browser, in the domain's words, on this machine and
//! for its user only.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::support::program::{command, poolproof, printed, stderr};
use crate::support::server::Server;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

/// The address of the link with these words.
fn link(page: &str, words: &str) -> String {
    let (before, _) = page
        .split_once(&format!("\">{words}</a>"))
        .unwrap_or_else(|| panic!("no link \"{words}\": {page}"));
    let (_, address) = before.rsplit_once("href=\"").unwrap();
    address.to_owned()
}

#[test]
fn states_and_events_are_in_the_words_of_the_domain() {
    let server = Server::exploring(&[H01]);
    let start = server.get("");
    assert_eq!(start.status, 200);
    for words in [
        "<h1>H-01-failover-during-partition: the start</h1>",
        "users are served from A",
        "principal",
        "0 of 1 faults have happened",
        "What cannot happen now, and why",
    ] {
        assert!(start.body.contains(words), "{words}\n{}", start.body);
    }
    let cut = link(&start.body, "The link DC1-DC2 is cut");
    assert_eq!(cut, "cut:DC1-DC2");
    let after = server.get(&cut);
    for words in [
        "link DC1-DC2: cut",
        "<span class=\"tag\">fault</span>",
        "1 of 1 faults",
    ] {
        assert!(after.body.contains(words), "{words}\n{}", after.body);
    }
    // The budget is spent: what would be a fault is refused for that reason.
    assert!(after.body.contains("None within the budget."));
    assert!(after.body.contains("the budget has no such fault left"));
    let begun = after.body.split("href=\"").find(|rest| {
        let text = rest.split("\">").nth(1).unwrap_or_default();
        text.starts_with("Operators begin")
    });
    let begun = begun.expect("operators act").split('"').next().unwrap();
    assert_eq!(server.get(begun).status, 200);
    // A way that cannot be gone is nowhere.
    for wrong in [
        "heal:DC1-DC2",
        "nonsense",
        "cut:DC1-DC2,cut:DC1-DC2",
        "a/b",
        "%2e%2e",
    ] {
        assert_eq!(server.get(wrong).status, 404, "{wrong}");
    }
}

/// From the end of a recorded counterexample each earlier state is a link, with all that can happen
/// there.
#[test]
fn a_recorded_path_can_be_left_at_any_step() {
    let out = tempfile::tempdir().unwrap();
    let trace = out.path().join("SB.json");
    fs::write(&trace, printed(&["explain", H01, "--format", "json"])).unwrap();
    let mut server = Server::exploring(&[trace.to_str().unwrap()]);
    let start = server.get("").body;
    let recorded: Value = serde_json::from_str(&fs::read_to_string(&trace).unwrap()).unwrap();
    let steps = recorded["counterexample"]["steps"].as_array().unwrap();
    let events: Vec<&str> = steps
        .iter()
        .map(|step| step["event"].as_str().unwrap())
        .collect();
    let end = server.get(&events.join(",")).body;
    assert!(end.contains("Violated here: No split brain (SB)"), "{end}");
    for length in 1..events.len() {
        let way = events[..length].join(",");
        assert!(end.contains(&format!("href=\"{way}\"")), "{way}");
        let page = server.get(&way).body;
        assert!(!page.contains("Violated here"), "{way}");
        assert!(
            page.contains(&format!("href=\"{way},")),
            "{way} leads nowhere"
        );
    }
    assert!(!start.contains("Violated here"));
    server.child.kill().unwrap();
    // What says so leads to the end at once.
    let mut child = command(&["explore", trace.to_str().unwrap(), "--port", "0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        line.contains(&format!("/{} until Ctrl-C", events.join(","))),
        "{line}"
    );
}

/// The same from the page of `serve`, for a scenario that was changed there.
#[test]
fn the_page_of_serve_leads_on_from_a_counterexample() {
    let server = Server::start(&[H01]);
    let run = server.run(&json!({ "changes": {} }));
    // The first answer that has verdicts is enough.
    let path = server.events(run).find_map(|(name, data)| {
        let rows = data["answer"]["verdicts"]
            .as_array()
            .filter(|_| name == "answer")?;
        let mut cells = rows.iter().flat_map(|row| row["cells"].as_array().unwrap());
        cells.find_map(|cell| cell["path"].as_array().cloned())
    });
    let path = path.expect("SB is violated");
    let left = server.get(&format!("api/runs/{run}/leave/{}/{}", path[0], path[1]));
    assert_eq!(left.status, 308);
    let (_, address) = left.head.split_once("Location: ").unwrap();
    let address = address.lines().next().unwrap();
    let below = address.strip_prefix(&server.home).expect("below the token");
    let page = server.get(below);
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Violated here: No split brain (SB)"));
    assert_eq!(
        server.get(&format!("api/runs/{run}/leave/0/99")).status,
        404
    );
    assert_eq!(
        server.get(&format!("api/runs/{run}/explore/9/")).status,
        404
    );
}

#[test]
fn it_is_for_its_user_only() {
    let server = Server::exploring(&[H01]);
    let with = |path: &str, host: &str, line: &str| {
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n{line}\r\n");
        server.send(request.as_bytes()).status
    };
    let own = format!("127.0.0.1:{}", server.port);
    let home = server.home.clone();
    assert_eq!(with(&home, &own, ""), 200);
    assert_eq!(with("/", &own, ""), 403);
    assert_eq!(with("/.states/", &own, ""), 403);
    assert_eq!(
        with(&home, &format!("evil.example:{}", server.port), ""),
        403
    );
    assert_eq!(with(&home, &own, "Origin: http://evil.example\r\n"), 403);
    assert_eq!(with(&home, &own, "Sec-Fetch-Site: cross-site\r\n"), 403);
    assert_eq!(server.post("", &json!({})).status, 405);
    let page = server.get("");
    for line in [
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
    ] {
        assert!(page.head.contains(line), "{line}: {}", page.head);
    }
    assert!(!page.body.contains("<script") && !page.body.contains("://"));
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = poolproof(&["explore", H01, "--port", &port]);
    assert_eq!(output.status.code(), Some(74));
    let errors = stderr(&output);
    assert!(errors.contains("cannot listen on 127.0.0.1:"), "{errors}");
    assert!(errors.contains("--port"), "{errors}");
}

/// There is no option for another address, and the one that is used is this machine's own.
#[test]
fn it_listens_on_loopback_only() {
    let help = printed(&["explore", "--help"]);
    for option in ["--host", "--address", "--bind", "--listen"] {
        assert!(!help.contains(option), "{help}");
    }
    let server = Server::exploring(&[H01]);
    assert_eq!(server.get("").status, 200);
    // 127.0.0.2 is this machine too: a server on all addresses would answer there.
    if cfg!(target_os = "linux") {
        assert!(TcpStream::connect(("127.0.0.2", server.port)).is_err());
    }
}

/// Ctrl-C ends it at once, with the code for it.
#[cfg(unix)]
#[test]
fn an_interrupt_ends_it() {
    let mut server = Server::exploring(&[H01]);
    let number = server.child.id().to_string();
    let sent = Command::new("kill")
        .args(["-INT", &number])
        .status()
        .unwrap();
    assert!(sent.success());
    assert_eq!(server.child.wait().unwrap().code(), Some(130));
}
