//! The promise that the page of `serve` is for its user only: on this machine, with the token, from
//! its own pages, within limits, and without touching a file.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use poolproof::app::clock::Stopwatch;
use serde_json::json;

use crate::support::program::{poolproof, stderr};
use crate::support::server::Server;
use crate::support::tree::tree;

/// A directory of its own for a test.
fn directory(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("serve-{name}"));
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

#[test]
fn the_page_comes_from_the_program_and_may_load_nothing_else() {
    let server = Server::start(&[]);
    let page = server.get("");
    assert_eq!(page.status, 200);
    for line in [
        "Content-Security-Policy: default-src 'none'; script-src 'self'",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
        "Cache-Control: no-store",
    ] {
        assert!(page.head.contains(line), "{line}: {}", page.head);
    }
    assert!(!page.head.contains("unsafe"), "{}", page.head);
    // Inline scripts and styles would not run; what it names is here.
    assert!(!page.body.contains("://") && !page.body.contains("style="));
    let named = page.body.split(['"']).filter(|part| {
        [".js", ".css", ".svg"]
            .iter()
            .any(|end| part.ends_with(end))
    });
    let named: Vec<_> = named.collect();
    assert!(named.len() >= 3, "{named:?}");
    for name in named {
        let asset = server.get(name);
        assert_eq!(asset.status, 200, "{name}");
        let elsewhere = asset.body.replace("http://www.w3.org/2000/svg", "");
        assert!(!elsewhere.contains("://"), "{name} names another place");
    }
    let bare = server.send(
        format!(
            "GET {} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n",
            server.home.trim_end_matches('/'),
            server.port
        )
        .as_bytes(),
    );
    assert_eq!(bare.status, 308);
    assert!(bare.head.contains(&format!("Location: {}", server.home)));
}

#[test]
fn nobody_gets_in_without_the_token() {
    let server = Server::start(&[]);
    let with = |path: &str| {
        let port = server.port;
        let request = format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        server.send(request.as_bytes()).status
    };
    let half = &server.home[..server.home.len() / 2];
    let wrong = server.home.replace(&server.home[1..2], "x");
    for path in ["/", "/app.js", "/api/runs", half, &wrong, "//", "/%2e%2e/"] {
        assert_eq!(with(path), 403, "{path}");
    }
    assert_eq!(with(&format!("{}../../Cargo.toml", server.home)), 404);
    assert_eq!(with(&server.home), 200);
    assert_ne!(server.home, Server::start(&[]).home);
}

/// A page of another site may make a browser send requests here, and a name server may say that
/// its name is this machine.
#[test]
fn other_sites_are_refused() {
    let server = Server::start(&[]);
    let port = server.port;
    let own = format!("127.0.0.1:{port}");
    let status = |host: &str, line: &str| {
        let home = &server.home;
        let request = format!("GET {home} HTTP/1.1\r\nHost: {host}\r\n{line}\r\n");
        server.send(request.as_bytes()).status
    };
    assert_eq!(status(&own, ""), 200);
    assert_eq!(status(&format!("localhost:{port}"), ""), 200);
    assert_eq!(status(&own, &format!("Origin: http://{own}\r\n")), 200);
    assert_eq!(status(&own, "Sec-Fetch-Site: same-origin\r\n"), 200);
    for host in ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost"] {
        assert_eq!(status(host, ""), 403, "{host}");
    }
    for origin in ["http://evil.example", "null", "", &format!("https://{own}")] {
        assert_eq!(
            status(&own, &format!("Origin: {origin}\r\n")),
            403,
            "{origin}"
        );
    }
    for site in ["cross-site", "same-site"] {
        let line = format!("Sec-Fetch-Site: {site}\r\n");
        assert_eq!(status(&own, &line), 403, "{site}");
    }
    // What a form can send without asking is no request of the page.
    let form = server.ask("POST", "api/runs", &["Content-Type: text/plain"], "{}");
    assert_eq!(form.status, 415);
}

#[test]
fn requests_have_limits() {
    let server = Server::start(&[]);
    let home = &server.home;
    let host = format!("Host: 127.0.0.1:{}", server.port);
    let status = |text: &str| server.send(text.as_bytes()).status;
    let post = format!("POST {home}api/runs HTTP/1.1\r\n{host}\r\n");
    assert_eq!(
        status(&format!("{post}Content-Length: 1000000\r\n\r\n")),
        413
    );
    assert_eq!(
        status(&format!("{post}Transfer-Encoding: chunked\r\n\r\n")),
        501
    );
    let long = "x".repeat(20_000);
    assert_eq!(status(&format!("{post}X: {long}\r\n\r\n")), 431);
    let many = "X: y\r\n".repeat(100);
    assert_eq!(status(&format!("{post}{many}\r\n")), 431);
    assert_eq!(status("GET\r\n\r\n"), 400);
    assert_eq!(
        status(&format!("PATCH {home} HTTP/1.1\r\n{host}\r\n\r\n")),
        405
    );
    let body = json!({"changes": {"set": [["pool.users", "1".repeat(20_000)]]}});
    assert_eq!(server.post("api/runs", &body).status, 422);
    let body = json!({"changes": {}, "unknown": 1});
    assert_eq!(server.post("api/runs", &body).status, 400);
    assert_eq!(server.get("api/runs/7/events").status, 404);
    assert_eq!(server.get("api/runs").status, 405);
}

#[test]
fn a_request_that_does_not_arrive_is_given_up() {
    let server = Server::start(&[]);
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    let begun = Stopwatch::start();
    let mut text = String::new();
    slow.read_to_string(&mut text).unwrap();
    assert!(text.starts_with("HTTP/1.1 408 "), "{text}");
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn connections_are_limited_and_given_back() {
    let server = Server::start(&[]);
    let open: Vec<TcpStream> = (0..40).map(|_| server.connect()).collect();
    let found = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        server.get("").status == 503
    });
    assert!(found, "forty connections are answered at a time");
    drop(open);
    let back = (0..200).any(|_| {
        std::thread::sleep(Duration::from_millis(20));
        server.get("").status == 200
    });
    assert!(back);
}

/// A change names a file, or hides one in a delay; what it says is not read, let alone shown.
#[test]
fn no_change_reads_another_file() {
    let place = directory("reads");
    let secret = place.join("secret.toml");
    fs::write(
        &secret,
        "role = \"site-failover\"\nsecret = \"swordfish\"\n",
    )
    .unwrap();
    fs::write(place.join("delays.csv"), "swordfish\n").unwrap();
    let init = poolproof(&["init", place.join("in/pool.toml").to_str().unwrap()]);
    assert!(init.status.success(), "{}", stderr(&init));
    let server = Server::start_in(&place, &["in/pool.toml"]);
    for (key, value) in [
        ("operators.site_failover", "../secret.toml"),
        ("operators.site_failover", secret.to_str().unwrap()),
        ("operators.site_failover", "pool.toml"),
        ("operators.reseeding", "{ empirical = \"../delays.csv\" }"),
        ("extends", "../secret.toml"),
    ] {
        let answer = server.post("api/view", &json!({"set": [[key, value]]}));
        assert_eq!(answer.status, 422, "{value}: {}", answer.body);
        assert!(!answer.body.contains("swordfish"), "{}", answer.body);
    }
    let own = json!({"own": [{"from": "../secret.toml", "steps": [0]}]});
    let answer = server.post("api/view", &own);
    assert_eq!(answer.status, 422);
    assert!(!answer.body.contains("swordfish"), "{}", answer.body);
}

#[test]
fn no_request_writes_a_file() {
    let place = directory("writes");
    let init = poolproof(&["init", place.join("pool.toml").to_str().unwrap()]);
    assert!(init.status.success(), "{}", stderr(&init));
    let before = tree(&place);
    let server = Server::start_in(&place, &["pool.toml"]);
    let changes = json!({"set": [["simulate.trials", "300"], ["simulate.drill_trials", "100"]],
        "own": [{"from": "runbooks/site-failover-documented.toml", "steps": [0, 1]}]});
    let run = server.run(&json!({"changes": changes}));
    assert!(server.events(run).any(|(name, _)| name == "answer"));
    assert_eq!(
        server.get(&format!("api/runs/{run}/scenario.toml")).status,
        200
    );
    assert_eq!(
        server.get(&format!("api/runs/{run}/runbooks/0")).status,
        200
    );
    assert_eq!(tree(&place), before);
}

#[test]
fn it_listens_on_loopback_unless_told() {
    let server = Server::start(&[]);
    // 127.0.0.2 is this machine too: a server on all addresses would answer there.
    if cfg!(target_os = "linux") {
        assert!(TcpStream::connect(("127.0.0.2", server.port)).is_err());
    }
    let port = server.port.to_string();
    let taken = poolproof(&["serve", "--port", &port]);
    assert_eq!(taken.status.code(), Some(74));
    let errors = stderr(&taken);
    assert!(errors.contains("cannot listen on 127.0.0.1:"), "{errors}");
    assert!(errors.contains("--port"), "{errors}");
}

#[test]
fn a_scenario_with_mistakes_is_refused_before_it_listens() {
    let wrong = poolproof(&["serve", "scenarios/invalid/unknown-key.toml"]);
    assert_eq!(wrong.status.code(), Some(3), "{}", stderr(&wrong));
    let standard = poolproof(&["serve", "-"]);
    assert_eq!(standard.status.code(), Some(2), "{}", stderr(&standard));
}
