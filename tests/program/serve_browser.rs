//! The page of `serve` in a real browser, as people use it and misuse it: with the keyboard
//! only, in two tabs, loaded again in mid-run, changed a thousand times, and with its server
//! killed.

#![cfg(unix)]

use std::{env, fs};

use serde_json::{Value, json};

use crate::support::browser::Browser;
use crate::support::server::Server;

const H01: &str = "scenarios/hazards/H-01-failover-during-partition.toml";

const COMPLETE: &str = "document.querySelector('#work').textContent === 'Complete'
    && document.body.dataset.refinement === 'complete'";

/// Whether the command on the page has a text.
fn commanded(text: &str) -> String {
    format!("document.querySelector('#command')?.textContent.includes({text:?}) === true")
}

/// Sets a value as if it was typed.
fn set(browser: &mut Browser, key: &str, value: &str) {
    browser.value(&format!(
        "(() => {{ const one = document.querySelector('[data-key={key:?}]'); \
         one.value = {value:?}; one.dispatchEvent(new Event('change')); return true; }})()"
    ));
}

/// Opens the page, with few trials.
fn opened(browser: &mut Browser, server: &Server) {
    browser.open(&server.address());
    browser.wait("document.querySelectorAll('.node').length > 3");
    browser.value("document.querySelector('#all').open = true");
    for (key, value) in [("simulate.trials", "150"), ("simulate.drill_trials", "150")] {
        set(browser, key, value);
        browser.wait(&commanded(&format!("{key}={value}")));
    }
    browser.value("document.querySelector('#all').open = false");
}

/// Presses a key.
fn press(browser: &mut Browser, key: &str, code: u32) {
    for kind in ["keyDown", "keyUp"] {
        let mut event = json!({"type": kind, "key": key, "code": key,
            "windowsVirtualKeyCode": code});
        if key == "Enter" && kind == "keyDown" {
            event["text"] = json!("\r");
        }
        browser.command("Input.dispatchKeyEvent", &event);
    }
}

/// Goes on with Tab until an element has the focus.
fn tab_to(browser: &mut Browser, selector: &str) {
    let there = format!("document.activeElement?.matches({selector:?}) === true");
    for _ in 0..120 {
        if browser.value(&there) == json!(true) {
            return;
        }
        press(browser, "Tab", 9);
    }
    panic!("Tab never reaches {selector}");
}

#[test]
fn the_keyboard_is_enough_and_everything_has_a_name() {
    let Some(mut browser) = Browser::start("serve-keyboard") else {
        return;
    };
    let server = Server::start(&[H01]);
    browser.resize(390, 844);
    opened(&mut browser, &server);
    browser.value("document.body.focus()");
    tab_to(&mut browser, "[data-key='log_shipping.share=DC2']");
    press(&mut browser, "Enter", 13);
    browser.wait(&commanded("log_shipping.share=DC2"));
    // The focus is where the change was made, or the order of the page begins anew.
    tab_to(&mut browser, "[data-key='operators.mirror_failover']");
    browser.wait(COMPLETE);
    browser.value("document.querySelector('#pin').focus()");
    press(&mut browser, "Enter", 13);
    browser.wait("document.querySelectorAll('#pins li').length === 1");

    // What a screen reader says of each control.
    let tree = browser.command("Accessibility.getFullAXTree", &json!({}));
    let controls = [
        "button",
        "link",
        "textbox",
        "combobox",
        "slider",
        "searchbox",
        "spinbutton",
    ];
    let nodes = tree["nodes"].as_array().unwrap().iter();
    let ours = nodes.filter(|node| {
        let role = node["role"]["value"].as_str().unwrap_or_default();
        node["ignored"] != json!(true) && controls.contains(&role)
    });
    let ours: Vec<&Value> = ours.collect();
    assert!(ours.len() > 60, "{} controls", ours.len());
    for node in ours {
        let name = node["name"]["value"].as_str().unwrap_or_default();
        assert!(!name.trim().is_empty(), "a control has no name: {node}");
    }
    let nodes = tree["nodes"].as_array().unwrap();
    for wanted in ["status", "navigation", "main"] {
        let is_there = nodes.iter().any(|node| node["role"]["value"] == wanted);
        assert!(is_there, "no {wanted}");
    }
    assert!(browser.complaints.is_empty(), "{:?}", browser.complaints);
}

#[test]
fn a_page_that_is_loaded_again_goes_on_and_a_second_tab_works() {
    let Some(mut browser) = Browser::start("serve-tabs") else {
        return;
    };
    let server = Server::start(&[H01]);
    opened(&mut browser, &server);
    set(&mut browser, "log_shipping.copy_interval", "7min");
    browser.wait(&commanded("copy_interval=7min"));
    // In mid-run.
    browser.open(&server.address());
    browser.wait(&commanded("copy_interval=7min"));
    browser.wait(COMPLETE);
    let chips = browser.value("document.querySelectorAll('.chip').length");
    assert_eq!(chips, 4, "the history stays");

    // The second tab begins with the file, and ends the work of the first, which can go on.
    let first = browser.tab();
    opened(&mut browser, &server);
    assert_eq!(
        browser.value("document.querySelectorAll('.chip').length"),
        json!(3)
    );
    browser.wait(COMPLETE);
    browser.back_to(first);
    set(&mut browser, "log_shipping.copy_interval", "8min");
    browser.wait(&commanded("copy_interval=8min"));
    browser.wait(COMPLETE);
    assert!(browser.complaints.is_empty(), "{:?}", browser.complaints);
}

#[test]
fn a_thousand_quick_changes_and_a_killed_server_are_survived() {
    let Some(mut browser) = Browser::start("serve-quick") else {
        return;
    };
    let mut server = Server::start(&[H01]);
    opened(&mut browser, &server);
    browser.value(
        "(() => { for (let at = 1; at <= 1000; at += 1) {
            const one = document.querySelector('[data-key=\"log_shipping.copy_interval\"]');
            one.value = `${at}s`; one.dispatchEvent(new Event('change')); } return true; })()",
    );
    browser.wait(&commanded("copy_interval=1000s"));
    browser.wait(COMPLETE);
    let chips = browser.value("document.querySelectorAll('.chip').length");
    let chips = chips.as_u64().unwrap();
    assert!(chips <= 6, "{chips} states");
    assert!(browser.complaints.is_empty(), "{:?}", browser.complaints);

    server.child.kill().unwrap();
    server.child.wait().unwrap();
    set(&mut browser, "log_shipping.copy_interval", "9min");
    browser.wait("document.querySelector('#problem').textContent.includes('does not answer')");
    let again = Server::start_on(&[H01], server.port);
    browser.open(&again.address());
    browser.wait(&commanded("copy_interval=9min"));
    browser.wait(COMPLETE);
}

#[test]
fn states_are_pinned_compared_swept_and_advised() {
    let Some(mut browser) = Browser::start("serve-states") else {
        return;
    };
    let server = Server::start(&[H01]);
    browser.resize(390, 844);
    opened(&mut browser, &server);
    let done = |name: &str| {
        format!(
            "/^(Complete|Not possible)/.test(document.querySelector('#{name}-found').textContent)"
        )
    };
    let click = |id: &str| format!("document.querySelector('#{id}').click()");
    browser.value(&click("pin"));
    browser.value("document.querySelector('[data-key=\"log_shipping.share=DC2\"]').click()");
    browser.wait(&commanded("log_shipping.share=DC2"));
    browser.value(&click("pin"));
    browser.value(&click("compare"));
    browser.wait(&done("comparison"));
    let rows = "document.querySelectorAll('#comparison-found tbody tr').length";
    assert_eq!(browser.value(rows), json!(2));

    // A drag of the lower end begins the sweep.
    browser.value(
        "(() => { const one = document.querySelector('#swept-one');
            one.value = 'log_shipping.backup_interval'; one.dispatchEvent(new Event('change'));
            const low = document.querySelector('#swept-one-low');
            low.value = '-4'; low.dispatchEvent(new Event('input'));
            low.dispatchEvent(new Event('change')); return true; })()",
    );
    browser.wait(&done("sweep"));
    let text = browser.value("document.querySelector('#sweep-found pre').textContent");
    assert!(
        text.as_str().unwrap().contains("backup_interval=7min 30s"),
        "{text}"
    );
    let drawn = "[...document.querySelectorAll('#sweep-found img')].length === 3
        && [...document.querySelectorAll('#sweep-found img')].every((one) => one.naturalWidth > 0)";
    browser.wait(drawn);

    // Without an objective there is nothing to advise on, which is said; then it is stopped.
    browser.value(&click("advise"));
    browser.wait(&done("advice"));
    let said = browser.value("document.querySelector('#advice-found').textContent");
    assert!(
        said.as_str().unwrap().contains("has no objectives"),
        "{said}"
    );
    browser.value("document.querySelector('.offers button').click()");
    browser.wait(&commanded("expect.objectives"));
    browser.value(&click("advise"));
    browser.wait("!document.querySelector('#advice-found button').hidden");
    browser.wait(
        "(document.querySelector('#advice-found button').click(),
          document.querySelector('#advice-found').textContent.startsWith('Stopped'))",
    );
    let fits = "document.documentElement.scrollWidth <= innerWidth";
    assert_eq!(browser.value(fits), json!(true));
    assert!(browser.complaints.is_empty(), "{:?}", browser.complaints);
}

/// The first picture of the README, and that of the page in the book.
const PICTURE: &str = "docs/serve.png";

/// It is made here, with `POOLPROOF_UPDATE=1`.
#[test]
fn the_picture_of_the_page_is_small_and_comes_first() {
    if env::var_os("POOLPROOF_UPDATE").is_some() {
        take_picture();
    }
    let picture = fs::read(PICTURE).unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    assert!(picture.len() < 250_000, "{} bytes", picture.len());
    let readme = fs::read_to_string("README.md").unwrap();
    let first = readme.find("![").unwrap();
    assert!(
        readme[first..]
            .split(')')
            .next()
            .unwrap()
            .ends_with(PICTURE)
    );
    assert!(readme.find("```mermaid").is_none_or(|drawn| drawn > first));
}

fn take_picture() {
    let mut browser = Browser::start("serve-picture").expect("a browser");
    let server = Server::start(&["scenarios/lync-2013-lbw.toml"]);
    browser.resize(1280, 860);
    opened(&mut browser, &server);
    let add = |at: usize| format!("document.querySelectorAll('.offers button')[{at}].click()");
    for (at, figure) in [
        (0, "availability"),
        (2, "time_to_recover"),
        (2, "data_lost"),
    ] {
        browser.value(&add(at));
        browser.wait(&commanded(figure));
    }
    browser.value("document.querySelector('#all').open = true");
    for key in ["simulate.trials", "simulate.drill_trials"] {
        set(&mut browser, key, "4000");
    }
    browser.wait(&commanded("drill_trials=4000"));
    browser.value("document.querySelector('#all').open = false");
    browser.value("document.querySelector('[data-key=\"log_shipping.share=DC2\"]').click()");
    browser.wait(&commanded("share=DC2"));
    browser.wait("!document.querySelector('#differences-card').hidden");
    browser.value("scrollTo(0, 0)");
    fs::write(PICTURE, browser.picture()).unwrap();
}
