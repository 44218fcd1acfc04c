//! 娘家 Niangjia: one program, one folder. `niangjia --help` lists what it can do.
//!
//! Each command is one file in `commands/`. Answers go to standard output, everything else to standard
//! error. Exit codes: 0 done · 1 done, but some input was refused or something was found wrong ·
//! 2 not done.

mod background;
mod commands;
mod config;
mod demo;
mod lines;
mod logging;
mod marker;
mod open;
mod serve;
mod setup;
mod system;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Rows are made on one thread and freed on another, which the system's own allocator is slow at; SQLite's memory
/// comes from here too.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The digital trade-union hall (数智工会 · 娘家).
#[derive(Parser)]
#[command(
    name = "niangjia",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
struct Cli {
    /// A folder of definitions (规则定义) of one's own, laid over the built-in ones
    #[arg(long, global = true, value_name = "DIR", env = "NIANGJIA_DEFINITIONS")]
    definitions: Option<PathBuf>,
    #[command(subcommand)]
    command: commands::Command,
}

/// Ends quietly when whoever read the answer has gone (`niangjia … | head`), as other programs do; printing would be
/// a panic with a backtrace.
fn leave_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload().downcast_ref::<String>();
        if message.is_some_and(|text| text.starts_with("failed printing to stdout")) {
            std::process::exit(commands::NOT_DONE.into());
        }
        usual(panic);
    }));
}

fn main() -> ExitCode {
    leave_with_the_reader();
    let cli = Cli::parse();
    let system = system::System::default();
    let outcome = commands::definitions::install(cli.definitions.as_deref())
        .and_then(|()| cli.command.run(&system));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            // One line a cause, outermost first: what was tried, then why it failed.
            let causes: Vec<String> = error.chain().map(words::cause).collect();
            let mut lines = causes.iter();
            eprintln!("错误：{}", lines.next().map_or("", String::as_str));
            lines.for_each(|cause| eprintln!("  原因：{cause}"));
            if std::env::args().any(|word| word == "--json") {
                let said = serde_json::json!({ "code": "not_done", "message": causes.join("：") });
                println!("{}", serde_json::json!({ "error": said }));
            }
            ExitCode::from(commands::NOT_DONE)
        }
    }
}
