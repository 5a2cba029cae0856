//! A session with the database, the folder of migrations, and their history.

use hyperdj_migrate::{Folder, History, State};
use hyperdj_postgres::{Client, Config};

use crate::arguments::PlaceArguments;
use crate::database::chosen;
use crate::{Failure, Printer};

/// The variable that names the schema of the history.
const HISTORY_SCHEMA: &str = "HYPER_HISTORY_SCHEMA";

/// What every command about migrations works on.
pub(crate) struct Session {
    pub(crate) client: Client,
    pub(crate) config: Config,
    pub(crate) history: History,
    pub(crate) state: State,
}

impl Session {
    /// Connects, and reads folder and history.
    pub(crate) fn open(place: &PlaceArguments, printer: &mut Printer) -> Result<Self, Failure> {
        let folder = Folder::read(&place.migrations)?;
        let config = chosen(place.database.url.as_deref(), printer)?;
        let mut client = Client::connect(&config)?;
        let history = history(place);
        let records = history.read(&mut client)?;
        Ok(Self {
            client,
            config,
            history,
            state: State::new(folder, records),
        })
    }

    /// Reads the history again.
    pub(crate) fn reread(&mut self) -> Result<(), Failure> {
        let records = self.history.read(&mut self.client)?;
        let folder = std::mem::take(&mut self.state.folder);
        self.state = State::new(folder, records);
        Ok(())
    }
}

/// The history in the schema that the user chose.
fn history(place: &PlaceArguments) -> History {
    let variable = std::env::var(HISTORY_SCHEMA)
        .ok()
        .filter(|schema| !schema.is_empty());
    let schema = place.history_schema.clone().or(variable);
    History::new(schema.as_deref().unwrap_or("public"))
}
