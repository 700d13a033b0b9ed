//! Examples below the long help of each command. A test parses every one.

/// Of the program.
pub const PROGRAM: &str = "\
Examples:
  poolproof init pool.toml
  poolproof evaluate pool.toml";

/// Of `evaluate`.
pub const EVALUATE: &str = "\
Examples:
  poolproof evaluate pool.toml
  poolproof evaluate pool.toml --set log_shipping.share=DC2 --out out/share-in-dc2
  poolproof evaluate scenarios/*.toml --format junit > results.xml";

/// Of `check`.
pub const CHECK: &str = "\
Examples:
  poolproof check pool.toml
  poolproof check pool.toml --set check.faults=3 --time-limit 10min --memory-limit 2GB
  poolproof check pool.toml --engine stateright
  poolproof check pool.toml --swarm 100 --depth 80
  poolproof check plan pool.toml --swarm 1000 --shards 16
  poolproof check pool.toml --format sarif > results.sarif";

/// Of `cuts`.
pub const CUTS: &str = "\
Examples:
  poolproof cuts pool.toml
  poolproof cuts pool.toml --order 3 --property SB --format csv > sets.csv";

/// Of `explain`.
pub const EXPLAIN: &str = "\
Examples:
  poolproof explain pool.toml --property SB
  poolproof explain out/pool/traces/SB.json --html split-brain.html
  poolproof explain pool.toml --save regressions/split-brain.toml
  poolproof explain E0118";

/// Of `explore`.
pub const EXPLORE: &str = "\
Examples:
  poolproof explore pool.toml --port 8080
  poolproof explore out/pool/traces/SB.json";

/// Of `serve`.
pub const SERVE: &str = "\
Examples:
  poolproof serve pool.toml
  poolproof serve --template hbw --port 0";

/// Of `replay`.
pub const REPLAY: &str = "\
Examples:
  poolproof replay out/pool/traces/SB.json
  poolproof replay --trial 17 pool.toml --seed 1
  poolproof replay --trial 3 --drill site-loss pool.toml --format json > trial.json";

/// Of `simulate`.
pub const SIMULATE: &str = "\
Examples:
  poolproof simulate pool.toml
  poolproof simulate pool.toml --trials 1000000 --precision 0.05 --out out
  poolproof simulate pool.toml --drill crash:A
  poolproof simulate pool.toml --rare=hazard --rare-event loss
  poolproof simulate plan pool.toml --shards 8 --manifest manifest.json";

/// Of `compare`.
pub const COMPARE: &str = "\
Examples:
  poolproof compare with-witness.toml without-witness.toml
  poolproof compare a.toml b.toml --trials 100000 --out out/a-or-b
  poolproof compare plan a.toml b.toml --shards 8";

/// Of `sweep`.
pub const SWEEP: &str = "\
Examples:
  poolproof sweep pool.toml --grid log_shipping.backup_interval=5min,15min,30min
  poolproof sweep pool.toml --tornado log_shipping.backup_interval=5min..15min..30min --out out
  poolproof sweep pool.toml --sensitivity 99 failures.stall.rate=x0.5..x2 pool.reconnect=x0.5..x2
  poolproof sweep plan pool.toml --grid log_shipping.share=DC1,DC2 --shards 8
  poolproof sweep driver --engine dask > driver.py";

/// Of `advise`.
pub const ADVISE: &str = "\
Examples:
  poolproof advise pool.toml
  poolproof advise pool.toml --vary log_shipping.share=DC2,third --vary mirroring.witness=none
  poolproof advise pool.toml --together 'operators.shifts.days=7;cost.staffing=90000/year'
  poolproof advise pool.toml --trials 100000 --format json > advice.json";

/// Of `run-shard`.
pub const RUN_SHARD: &str = "\
Examples:
  poolproof run-shard manifest.json 0 --out shards";

/// Of `merge`.
pub const MERGE: &str = "\
Examples:
  poolproof merge manifest.json shards/*.json --out out";

/// Of `solve`.
pub const SOLVE: &str = "\
Examples:
  poolproof solve pool.toml
  poolproof solve pool.toml --exponential
  poolproof solve pool.toml --prism chain --format json > solution.json";

/// Of `validate`.
pub const VALIDATE: &str = "\
Examples:
  poolproof validate pool.toml
  poolproof validate scenarios/*.toml --format github
  poolproof validate - < pool.toml
  poolproof validate pool.toml --against records";

/// Of `show`.
pub const SHOW: &str = "\
Examples:
  poolproof show pool.toml
  poolproof show pool.toml --set pool.variant=HBW";

/// Of `doctor`.
pub const DOCTOR: &str = "\
Examples:
  poolproof doctor
  poolproof doctor pool.toml --top 5";

/// Of `init`.
pub const INIT: &str = "\
Examples:
  poolproof init
  poolproof init designs/no-witness.toml --template no-witness";

/// Of `collect`.
pub const COLLECT: &str = "\
Examples:
  poolproof collect > collect.md
  poolproof collect pool.toml --out records";

/// Of `import`.
pub const IMPORT: &str = "\
Examples:
  poolproof import records -o pool.toml
  poolproof import records -o pool.toml --site 'pc[1-4]=DC1' --site 'pc[5-8]=DC2'
  poolproof import records --answer pool.variant=LBW --answer operators=hardened > pool.toml";

/// Of `chain`.
pub const CHAIN: &str = "\
Examples:
  poolproof chain records";

/// Of `conform`.
pub const CONFORM: &str = "\
Examples:
  poolproof conform pool.toml records --from 2016-03-02T10:00:00Z --to 2016-03-02T12:00:00Z
  poolproof conform pool.toml records --set mirroring.partner_timeout=20s";

/// Of `fit`.
pub const FIT: &str = "\
Examples:
  poolproof fit records -o pool-rates.toml
  poolproof fit records --scenario pool.toml -o pool-rates.toml --html pool-rates.html";

/// Of `runbook`.
pub const RUNBOOK: &str = "\
Examples:
  poolproof runbook export pool.toml --role site-failover --html failover.html > failover.md
  poolproof runbook compare runbooks/a.toml runbooks/b.toml --scenario pool.toml";

/// Of `schema`.
pub const SCHEMA: &str = "\
Examples:
  poolproof schema > scenario-v1.schema.json
  poolproof schema runbook > runbook-v1.schema.json";

/// Of `completions`.
pub const COMPLETIONS: &str = "\
Examples:
  poolproof completions bash > /etc/bash_completion.d/poolproof
  poolproof completions fish > ~/.config/fish/completions/poolproof.fish";

/// Of `man`.
pub const MAN: &str = "\
Examples:
  poolproof man
  poolproof man --out /usr/local/share/man/man1";

/// Of `report`.
pub const REPORT: &str = "\
Examples:
  poolproof report out/pool/result.json --out drawn-again";
