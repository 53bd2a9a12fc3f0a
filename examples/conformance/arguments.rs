//! The command line.

use std::error::Error;
use std::path::PathBuf;

use lexopt::prelude::*;

pub(crate) struct Arguments {
    pub(crate) port: u16,
    /// The folder of data dictionaries.
    pub(crate) spec: PathBuf,
    /// `--set KEY=VALUE`, in the order given.
    pub(crate) set: Vec<(String, String)>,
}

impl Arguments {
    pub(crate) fn from_command_line() -> Result<Self, Box<dyn Error>> {
        let mut parser = lexopt::Parser::from_env();
        let (mut port, mut spec, mut set) = (None, None, Vec::new());
        while let Some(argument) = parser.next()? {
            match argument {
                Long("port") => port = Some(parser.value()?.parse()?),
                Long("spec") => spec = Some(PathBuf::from(parser.value()?)),
                Long("set") => {
                    let pair = parser.value()?.string()?;
                    let (key, value) = pair.split_once('=').ok_or("--set takes KEY=VALUE")?;
                    set.push((key.trim().to_owned(), value.trim().to_owned()));
                }
                other => return Err(other.unexpected().into()),
            }
        }
        Ok(Arguments { port: port.ok_or("--port is missing")?, spec: spec.ok_or("--spec is missing")?, set })
    }
}
