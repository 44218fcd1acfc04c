//! One file a command: `Args` says what it takes, `run` does it.

mod account;
mod alert;
mod alert_backtest;
mod audit;
mod backup;
mod check;
mod deadline;
pub mod definitions;
mod demo;
mod doctor;
mod export;
mod import;
mod import_signals;
mod init;
mod keys;
mod move_to;
mod restore;
mod rules;
mod rules_train;
mod serve;
mod wage;

use std::process::ExitCode;

use clap::Subcommand;

use crate::system::System;

/// Done, but some input was refused or something was found wrong.
pub const SOME_REFUSED: u8 = 1;
/// Not done at all; also what the command line parser answers to wrong usage.
pub const NOT_DONE: u8 = 2;

/// How a command ends: an exit code, or an error that says what was tried and why it failed.
pub type Outcome = anyhow::Result<ExitCode>;

/// What niangjia can do.
#[derive(Subcommand)]
pub enum Command {
    Demo(demo::Args),
    Serve(serve::Args),
    Init(init::Args),
    Account(account::Args),
    Alert(alert::Args),
    Audit(audit::Args),
    Import(import::Args),
    Export(export::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Rules(rules::Args),
    Move(move_to::Args),
    Keys(keys::Args),
    Doctor(doctor::Args),
    Check(check::CheckArgs),
    Deadline(deadline::DeadlineArgs),
    Wage(wage::WageArgs),
    Definitions(definitions::DefinitionsArgs),
}

impl Command {
    /// Do it.
    ///
    /// # Errors
    /// Whatever the command could not do.
    pub fn run(self, system: &System) -> Outcome {
        match self {
            Self::Demo(args) => args.run(system),
            Self::Serve(args) => args.run(system),
            Self::Init(args) => args.run(system),
            Self::Account(args) => args.run(system),
            Self::Alert(args) => args.run(system),
            Self::Audit(args) => args.run(system),
            Self::Import(args) => args.run(system),
            Self::Export(args) => args.run(system),
            Self::Backup(args) => args.run(system),
            Self::Restore(args) => args.run(system),
            Self::Rules(args) => args.run(system),
            Self::Move(args) => args.run(system),
            Self::Keys(args) => args.run(system),
            Self::Doctor(args) => args.run(system),
            Self::Check(args) => args.run(system),
            Self::Deadline(args) => args.run(system),
            Self::Wage(args) => args.run(system),
            Self::Definitions(args) => args.run(system),
        }
    }
}

/// Exit code 1 when something was wrong, else 0.
fn found_wrong(wrong: bool) -> ExitCode {
    if wrong {
        ExitCode::from(SOME_REFUSED)
    } else {
        ExitCode::SUCCESS
    }
}
