//! The models, each as it stands in the language of PRISM. Rates are per hour.

use crate::oracles::expected::Parameters;
use crate::oracles::toy::{Toy, Vars};

/// One repairable unit.
pub fn single(p: &Parameters) -> Toy {
    Toy::new(&[1], |v| v[0] == 1)
        .command("fail", p["lam"], |v| v[0] == 1, |v| v[0] = 0)
        .command("repair", p["mu"], |v| v[0] == 0, |v| v[0] = 1)
}

/// Two units, each repaired by itself; a share of the failures hits both. Down when both are.
pub fn common_cause(p: &Parameters) -> Toy {
    let (lam, mu, beta) = (p["lam"], p["mu"], p["beta"]);
    let mut toy = Toy::new(&[1, 1], |v| v[0] + v[1] > 0);
    for i in 0..2 {
        // What hits both hits the one that is left, too.
        toy = toy
            .command(
                "fail",
                lam * (1.0 - beta),
                move |v| v[i] == 1,
                move |v| v[i] = 0,
            )
            .command("repair", mu, move |v| v[i] == 0, move |v| v[i] = 1);
    }
    toy.command(
        "fail both",
        lam * beta,
        |v| v[0] + v[1] > 0,
        |v| {
            v[0] = 0;
            v[1] = 0;
        },
    )
}

/// N nodes, of which K are needed, and some crews. The nodes are told apart, because a clock has
/// one rate: the solver sorts them, the simulator does not. Crews work at the first that are down.
pub fn pool(p: &Parameters) -> Toy {
    let (n, k, crews) = (p["N"] as usize, p["K"] as usize, p["CREWS"] as usize);
    assert!(n <= 8 && p["N"] == n as f64 && p["K"] == k as f64 && p["CREWS"] == crews as f64);
    let down = |v: &Vars, of: usize| v[..of].iter().filter(|x| **x == 1).count();
    let mut toy = Toy::new(&[], move |v| n - down(v, 8) >= k);
    // A node that does not exist is up and stays so.
    for i in 8 - n..8 {
        toy = toy
            .command("fail", p["lam"], move |v| v[i] == 0, move |v| v[i] = 1)
            .command(
                "repair",
                p["mu"],
                move |v| v[i] == 1 && down(v, i) < crews,
                move |v| v[i] = 0,
            );
    }
    toy.sorted = true;
    toy
}

/// Active and hot standby. `v[0]` is 2 serving, 1 covered switch running, 0 waiting for the
/// operator, 3 no good unit left; `v[1]` the other unit is up.
pub fn standby(p: &Parameters) -> Toy {
    let (lam, mu, c) = (p["lam"], p["mu"], p["c"]);
    let set = |a: u8, sb: u8| {
        move |v: &mut Vars| {
            v[0] = a;
            v[1] = sb;
        }
    };
    Toy::new(&[2, 1], |v| v[0] == 2)
        .command(
            "fail covered",
            lam * c,
            |v| v[0] == 2 && v[1] == 1,
            set(1, 0),
        )
        .command(
            "fail uncovered",
            lam * (1.0 - c),
            |v| v[0] == 2 && v[1] == 1,
            set(0, 0),
        )
        .command("fail alone", lam, |v| v[0] == 2 && v[1] == 0, set(3, 0))
        .command("standby fails", lam, |v| v[0] == 2 && v[1] == 1, set(2, 0))
        .command(
            "standby repaired",
            mu,
            |v| v[0] == 2 && v[1] == 0,
            set(2, 1),
        )
        .command("switch", p["phi"], |v| v[0] == 1, set(2, 0))
        .command("switch by hand", p["delta"], |v| v[0] == 0, set(2, 0))
        .command("back first", mu, |v| v[0] < 2, set(2, 1))
        .command("other fails", lam, |v| v[0] < 2, set(3, 0))
        .command("one of two repaired", 2.0 * mu, |v| v[0] == 3, set(2, 0))
}

/// The commands of a mirrored pair with a witness while `site` holds: `v[0]` principal, `v[1]`
/// mirror, `v[2]` witness, `v[3]` synchronised.
fn pair_with_witness(toy: Toy, p: &Parameters, site: fn(&Vars) -> bool) -> Toy {
    let here = |guard: fn(&Vars) -> bool| move |v: &Vars| site(v) && guard(v);
    let (l, mu, lw, muw) = (p["lS"], p["muS"], p["lW"], p["muW"]);
    toy.command("principal fails", l, here(|v| v[0] == 1), |v| v[0] = 0)
        .command(
            "mirror fails, exposed",
            l,
            here(|v| v[1] == 1 && v[0] == 1 && v[2] == 1),
            |v| {
                v[1] = 0;
                v[3] = 0;
            },
        )
        .command(
            "mirror fails",
            l,
            here(|v| v[1] == 1 && !(v[0] == 1 && v[2] == 1)),
            |v| v[1] = 0,
        )
        .command("witness fails", lw, here(|v| v[2] == 1), |v| v[2] = 0)
        .command(
            "principal back, exposed",
            mu,
            here(|v| v[0] == 0 && v[1] == 0 && v[2] == 1),
            |v| {
                v[0] = 1;
                v[3] = 0;
            },
        )
        .command(
            "principal back",
            mu,
            here(|v| v[0] == 0 && !(v[1] == 0 && v[2] == 1)),
            |v| {
                v[0] = 1;
            },
        )
        .command("mirror back", mu, here(|v| v[1] == 0), |v| v[1] = 1)
        .command(
            "witness back, exposed",
            muw,
            here(|v| v[2] == 0 && v[0] == 1 && v[1] == 0),
            |v| {
                v[2] = 1;
                v[3] = 0;
            },
        )
        .command(
            "witness back",
            muw,
            here(|v| v[2] == 0 && !(v[0] == 1 && v[1] == 0)),
            |v| {
                v[2] = 1;
            },
        )
        .command(
            "resynchronise",
            p["sigma"],
            here(|v| v[0] == 1 && v[1] == 1 && v[3] == 0),
            |v| {
                v[3] = 1;
            },
        )
        .command(
            "failover",
            p["phi"],
            here(|v| v[..4] == [0, 1, 1, 1]),
            |v| {
                v[..4].copy_from_slice(&[1, 0, 1, 0]);
            },
        )
}

fn pair_serves(v: &Vars) -> bool {
    v[0] == 1 && (v[1] == 1 || v[2] == 1)
}

/// Synchronous mirroring with a witness: automatic failover.
pub fn mirror_witness(p: &Parameters) -> Toy {
    let mut toy = pair_with_witness(Toy::new(&[1; 4], pair_serves), p, |_| true)
        .label("exposed", |v| pair_serves(v) && v[3] == 0);
    toy.state_name = |v| {
        let letter = |(there, letter)| if there == 1 { letter } else { '-' };
        v.iter().copied().zip("PMWS".chars()).map(letter).collect()
    };
    toy
}

/// Synchronous mirroring without a witness: the operator fails over. `v[3]` is synchronised.
pub fn mirror_no_witness(p: &Parameters) -> Toy {
    let (l, mu) = (p["lS"], p["muS"]);
    Toy::new(&[1; 3], |v| v[0] == 1)
        .command("principal fails", l, |v| v[0] == 1, |v| v[0] = 0)
        .command(
            "mirror fails, exposed",
            l,
            |v| v[1] == 1 && v[0] == 1,
            |v| {
                v[1] = 0;
                v[2] = 0;
            },
        )
        .command("mirror fails", l, |v| v[1] == 1 && v[0] == 0, |v| v[1] = 0)
        .command(
            "principal back, exposed",
            mu,
            |v| v[0] == 0 && v[1] == 0,
            |v| {
                v[0] = 1;
                v[2] = 0;
            },
        )
        .command(
            "principal back",
            mu,
            |v| v[0] == 0 && v[1] == 1,
            |v| v[0] = 1,
        )
        .command("mirror back", mu, |v| v[1] == 0, |v| v[1] = 1)
        .command(
            "resynchronise",
            p["sigma"],
            |v| v[..3] == [1, 1, 0],
            |v| v[2] = 1,
        )
        .command(
            "failover",
            p["delta"],
            |v| v[..3] == [0, 1, 1],
            |v| {
                v[..3].copy_from_slice(&[1, 0, 0]);
            },
        )
        .label("exposed", |v| v[0] == 1 && v[2] == 0)
}

/// Time to data loss of a synchronous pair: 3 two copies, 2 partner down, 1 resynchronising, 0
/// lost for good. To be "down" is to have lost data.
pub fn data_loss(p: &Parameters) -> Toy {
    let (lam, destructive) = (p["lam"], p["lam"] * p["q"]);
    Toy::new(&[3], |v| v[0] != 0)
        .command("fail", 2.0 * lam, |v| v[0] == 3, |v| v[0] = 2)
        .command("repair", p["mu"], |v| v[0] == 2, |v| v[0] = 1)
        .command("resynchronise", p["sigma"], |v| v[0] == 1, |v| v[0] = 3)
        .command("fail again", lam, |v| v[0] == 1, |v| v[0] = 2)
        .command(
            "destroy",
            destructive,
            |v| v[0] == 2 || v[0] == 1,
            |v| v[0] = 0,
        )
}

/// Two data centres: `v[4]` is the site (0 DC1 serves, 1 failover running, 2 DC2 serves with DC1
/// lost, 3 DC1 rebuilt, 4 failback running), `v[5]` the database server of DC2 is up.
pub fn two_data_centres(p: &Parameters) -> Toy {
    let dc1 = |v: &Vars| v[4] == 0 && pair_serves(v);
    let up = move |v: &Vars| dc1(v) || (v[4] == 2 || v[4] == 3) && v[5] == 1;
    let toy = pair_with_witness(Toy::new(&[1, 1, 1, 1, 0, 1], up), p, |v| v[4] == 0);
    toy.command(
        "disaster",
        p["lD"],
        |v| v[4] == 0,
        |v| {
            v[..5].copy_from_slice(&[1, 1, 1, 1, 1]);
        },
    )
    .command(
        "activate",
        p["omega"],
        |v| v[4] == 1 && v[5] == 1,
        |v| v[4] = 2,
    )
    .command("rebuild", p["muD"], |v| v[4] == 2, |v| v[4] = 3)
    .command(
        "failback begins",
        p["kappa"],
        |v| v[4] == 3 && v[5] == 1,
        |v| v[4] = 4,
    )
    .command(
        "failback ends",
        p["beta"],
        |v| v[4] == 4 && v[5] == 1,
        |v| v[4] = 0,
    )
    .command("DC2 fails", p["lS"], |v| v[5] == 1, |v| v[5] = 0)
    .command("DC2 back", p["muS"], |v| v[5] == 0, |v| v[5] = 1)
    .label("DC1", |v| v[4] == 0)
    .label("down at DC1", move |v| v[4] == 0 && !dc1(v))
    .label("down in activation", |v| v[4] == 1)
    .label("down at DC2", |v| (v[4] == 2 || v[4] == 3) && v[5] == 0)
    .label("down in failback", |v| v[4] == 4)
}
