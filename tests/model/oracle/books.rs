//! The books: every message with its identity, every copy, file and folder with the exact set of
//! messages that it holds, every recovery fork with its parent and the moment of its birth, every
//! acknowledgement with its fork and its moment.
//!
//! The books are not a model: they do not decide what can happen. They are kept from the events
//! that the model takes and from plain facts: who is principal, who is connected to whom.

use poolproof_models::names::property::Spent;
use poolproof_models::names::replica::Replica;
use poolproof_models::names::session::SessionId;
use poolproof_models::names::site::Site;
use poolproof_models::state::topology::{Acknowledgement, Start, Topology};
use poolproof_models::state::world::World;

use super::messages::Messages;

/// The number of a step.
pub type Moment = u32;

/// The number of a recovery fork, in the order of their births.
pub type Fork = usize;

/// A recovery fork: a history with its own log after a recovery point (handbook, "branch").
#[derive(Debug, Clone, Copy)]
pub struct Branch {
    /// The fork that it leaves; `None` for the first.
    pub parent: Option<Fork>,
    /// When it was born.
    pub birth: Moment,
    /// What was recovered.
    pub recovered: Messages,
    /// The last acknowledgement on it after its birth, by the books' moments.
    pub last_acknowledged: Option<Moment>,
}

/// A database: what it holds and where its log stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Database {
    /// The messages in it.
    pub messages: Messages,
    /// The fork whose log it has.
    pub fork: Fork,
    /// What the log backups taken of it cover, wherever they were written (13.6, 13.11).
    pub backed_up: Messages,
}

/// A log backup (4.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogBackup {
    /// What the database held where the backup begins: it fits only where all of this is.
    pub from: Messages,
    /// What it held where the backup ends: it fits only where nothing but this is.
    pub to: Messages,
    /// The fork of the log.
    pub fork: Fork,
}

/// The books of one walk.
#[derive(Debug, Clone)]
pub struct Books {
    /// The number of the last step.
    pub now: Moment,
    /// How many messages, and other records of a log, there are: the next one gets this number.
    pub count: usize,
    /// Every message that users were told is stored.
    pub acknowledged: Messages,
    /// A message that is accepted and neither committed nor dropped (2.1).
    pub in_flight: Option<usize>,
    /// Every recovery fork, in the order of their births.
    pub forks: Vec<Branch>,
    /// The copies, in the order of [`Replica::ALL`].
    pub copies: [Option<Database>; Replica::COUNT],
    /// When each copy was promoted last (13.2).
    pub promoted: [Moment; Replica::COUNT],
    /// The log backups on the share, in the order in which they were finished.
    pub share: Vec<LogBackup>,
    /// The full backup that S was initialised from, which lies with the copied files.
    pub base: Option<Database>,
    /// The log backups in the folder on S.
    pub folder: Vec<LogBackup>,
    /// Whether log shipping has to be set up again from a full backup, whatever the files: the
    /// primary was restored from a backup (4.8).
    pub needs_set_up: bool,
    /// The full backup that a failback restores from (6 step 3).
    pub full_backup: Option<Database>,
    /// What was salvaged from old copies (6 step 0).
    pub salvaged: Messages,
    /// The old copies that were salvaged, in the order of the salvages.
    pub salvages: Vec<Database>,
    /// The faults of the walk.
    pub spent: Spent,
    /// The properties that what has happened breaks, as bits.
    pub broken: u32,
}

impl Books {
    /// The books at the start of a walk.
    pub fn open(topology: &Topology, world: &World) -> Self {
        let first = Messages::one(0);
        let old_disks = topology.start == Start::FailedOverOldDisks;
        let held = if old_disks {
            // One message never reached DC2.
            first.or(Messages::one(1))
        } else {
            first
        };
        let database = |messages, fork| Database {
            messages,
            fork,
            backed_up: first,
        };
        let root = Branch {
            parent: None,
            birth: 0,
            recovered: first,
            last_acknowledged: None,
        };
        let mut forks = vec![root];
        let failed_over = topology.start != Start::Normal;
        if failed_over {
            // Users posted in DC1, S was recovered, and users posted there.
            forks[0].last_acknowledged = Some(0);
            forks.push(Branch {
                parent: Some(0),
                birth: 1,
                recovered: first,
                last_acknowledged: None,
            });
        }
        let copies = Replica::ALL.map(|replica| {
            let there = world.copy(replica).is_present();
            there.then(|| match replica.session() {
                SessionId::Primary => database(held, 0),
                SessionId::Secondary => database(first, usize::from(failed_over)),
            })
        });
        Self {
            now: 1,
            count: if old_disks { 2 } else { 1 },
            acknowledged: held,
            in_flight: None,
            forks,
            copies,
            promoted: [0; Replica::COUNT],
            share: Vec::new(),
            base: topology.secondary.then(|| database(first, 0)),
            folder: Vec::new(),
            needs_set_up: failed_over,
            full_backup: None,
            salvaged: Messages::NONE,
            salvages: Vec::new(),
            spent: Spent::default(),
            broken: 0,
        }
    }

    /// The database of a copy.
    pub fn copy(&self, replica: Replica) -> Option<Database> {
        self.copies[replica.place()]
    }

    /// The messages of a copy; none where there is no database.
    pub fn held_by(&self, replica: Replica) -> Messages {
        self.copy(replica).map_or(Messages::NONE, |d| d.messages)
    }

    /// The acknowledged messages of a copy.
    pub fn acknowledged_in(&self, replica: Replica) -> Messages {
        let missing = self.acknowledged.without(self.held_by(replica));
        self.acknowledged.without(missing)
    }

    /// Everything acknowledged that some copy or file holds. A log backup holds what it covers only
    /// where a database, a full backup or other log backups have all that came before it (4.2).
    pub fn held(&self) -> Messages {
        let databases = || {
            let all = self.copies.iter().chain([&self.base, &self.full_backup]);
            all.flatten().copied()
        };
        let held = databases().fold(self.salvaged, |all, one| all.or(one.messages));
        if self.acknowledged.is_within(held) {
            return held;
        }
        databases().fold(held, |all, one| {
            let (mut based, mut before) = (one.messages, Messages::NONE);
            while based != before {
                before = based;
                let files = self.share.iter().chain(&self.folder);
                based = files
                    .filter(|file| file.from.is_within(before))
                    .fold(before, |based, file| based.or(file.to));
            }
            all.or(based)
        })
    }

    /// A new message.
    pub fn new_message(&mut self) -> usize {
        self.count += 1;
        self.count - 1
    }

    /// Recovers a database: it goes on with a log of its own (3.9, 4.2).
    pub fn recover(&mut self, replica: Replica, from: Database) {
        self.forks.push(Branch {
            parent: Some(from.fork),
            birth: self.now,
            recovered: from.messages,
            last_acknowledged: None,
        });
        self.promoted[replica.place()] = self.now;
        self.copies[replica.place()] = Some(Database {
            fork: self.forks.len() - 1,
            ..from
        });
    }

    /// Begins an empty database, whose log descends from none (13.22).
    pub fn begin(&mut self, replica: Replica) {
        let nothing = Messages::NONE;
        self.recover(
            replica,
            Database {
                messages: nothing,
                fork: 0,
                backed_up: nothing,
            },
        );
        if let Some(branch) = self.forks.last_mut() {
            branch.parent = None;
        }
    }

    /// Whether a fork is another one or descends from it.
    pub fn descends(&self, fork: Fork, from: Fork) -> bool {
        let mut at = Some(fork);
        while let Some(here) = at {
            if here == from {
                return true;
            }
            at = self.forks[here].parent;
        }
        false
    }

    /// Of the principals of a session the one that was promoted last (13.2).
    pub fn newest_principal(&self, world: &World, pair: SessionId) -> Option<Replica> {
        let session = world.session(pair);
        let members = pair.members().into_iter();
        members
            .filter(|copy| session.is_principal(copy.member()))
            .max_by_key(|copy| self.promoted[copy.place()])
    }

    /// The principal of the DC1 pair (13.2).
    pub fn principal_of_dc1(&self, world: &World) -> Option<Replica> {
        self.newest_principal(world, SessionId::Primary)
    }

    /// The mirror whose disk a commit at this copy waits for: that of a session which the
    /// principal counts as SYNCHRONIZED (2.2).
    pub fn hardening_mirror(world: &World, copy: Replica) -> Option<Replica> {
        let (pair, partner) = (copy.session(), copy.partner());
        let session = world.session(pair);
        let hardens = session.is_synchronized(copy.member())
            && !session.is_alone(copy.member())
            && session.is_mirror(partner.member())
            && world.is_connected(pair, 0);
        hardens.then_some(partner)
    }

    /// A message is committed at a copy and acknowledged (2.1, 2.2).
    pub fn post(&mut self, world: &World, copy: Replica) {
        let message = match self.in_flight.take() {
            Some(accepted) => accepted,
            None => self.new_message(),
        };
        let Some(mut database) = self.copy(copy) else {
            panic!("{copy:?} has no database and acknowledges");
        };
        database.messages = database.messages.or(Messages::one(message));
        self.copies[copy.place()] = Some(database);
        if let Some(mirror) = Self::hardening_mirror(world, copy) {
            self.copies[mirror.place()] = Some(database);
        }
        self.acknowledged = self.acknowledged.or(Messages::one(message));
        self.forks[database.fork].last_acknowledged = Some(self.now);
    }

    /// A pool server accepts a message; with that knob this is the acknowledgement (2.2).
    pub fn accept(&mut self, topology: &Topology) {
        let message = self.new_message();
        self.in_flight = Some(message);
        if topology.acknowledgement == Acknowledgement::OnAccept {
            self.acknowledged = self.acknowledged.or(Messages::one(message));
        }
    }

    /// A log backup is taken that S never gets. It has at least its own record, so that the next
    /// one does not join what S has (4.2, 13.11).
    pub fn back_up_log_elsewhere(&mut self, world: &World, copy: Replica) {
        if let Some(mut database) = self.copy(copy) {
            let record = Messages::one(self.new_message());
            database.messages = database.messages.or(record);
            self.copies[copy.place()] = Some(database);
            let _: Option<LogBackup> = self.back_up_log(world, copy);
        }
    }

    /// A log backup is taken: a file for everything since the last one (4.2).
    pub fn back_up_log(&mut self, world: &World, copy: Replica) -> Option<LogBackup> {
        let database = self.copy(copy)?;
        let file = LogBackup {
            from: database.backed_up,
            to: database.messages,
            fork: database.fork,
        };
        let after = Database {
            backed_up: database.messages,
            ..database
        };
        self.copies[copy.place()] = Some(after);
        // The log records it, and the mirror's disk has the log.
        if let Some(mirror) = Self::hardening_mirror(world, copy) {
            self.copies[mirror.place()] = Some(after);
        }
        Some(file)
    }

    /// What a database is after every file that fits was applied in order (4.2).
    pub fn after_files(&self, database: Database, files: &[LogBackup]) -> Database {
        let mut at = database;
        loop {
            let next = files.iter().find(|file| {
                let joins = file.from.is_within(at.messages) && at.messages.is_within(file.to);
                let newer = file.to != at.messages || file.fork != at.fork;
                joins && newer && self.descends(file.fork, at.fork)
            });
            match next {
                Some(file) => {
                    at = Database {
                        messages: file.to,
                        fork: file.fork,
                        backed_up: file.to,
                    };
                }
                None => return at,
            }
        }
    }

    /// Everything in a data centre is gone (5).
    pub fn lose_site(&mut self, topology: &Topology, site: Site) {
        for replica in Replica::ALL {
            if topology.session_site(replica.session()) == site {
                self.copies[replica.place()] = None;
            }
        }
        if topology.share.site() == Some(site) {
            self.lose_share();
        }
        if site == topology.secondary_site() {
            self.lose_folder();
        }
    }

    /// Everything on the share is gone: log backups and a full backup (4.4, 6 step 3).
    pub fn lose_share(&mut self) {
        self.share.clear();
        self.full_backup = None;
    }

    /// The folder on S is gone.
    pub fn lose_folder(&mut self) {
        self.folder.clear();
        self.base = None;
    }
}
