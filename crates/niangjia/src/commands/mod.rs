//! One file a command: `Args` says what it takes, `run` does it.

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
pub enum Command {}

impl Command {
    /// Do it.
    ///
    /// # Errors
    /// Whatever the command could not do.
    pub fn run(self, _system: &System) -> Outcome {
        match self {}
    }
}
