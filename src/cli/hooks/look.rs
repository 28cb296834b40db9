//! Reads what stands in a folder of hooks, and which program ours shall start. Follows no link to write, opens nothing but files, reads no more than it must.

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};

use super::chain::is_executable;
use crate::env::Environment;
use crate::setup::hooks::{Entry, HookName, LARGEST, Manager, Place, PlaceKind, Program, Refusal, Repository, Seen, SeenFile};

/// What stands in the folder for each hook. A folder that is not there has nothing.
///
/// # Errors
/// What cannot be looked at.
pub(super) fn seen(folder: &Path) -> std::io::Result<Vec<Seen>> {
    match fs::metadata(folder) {
        Ok(metadata) if !metadata.is_dir() => return Err(std::io::Error::new(ErrorKind::NotADirectory, "it is no folder")),
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        Ok(_) | Err(_) => {}
    }
    let one = |hook: HookName| Ok(Seen { hook, here: entry(&folder.join(hook.as_str()))?, aside: entry(&folder.join(hook.aside()))? });
    HookName::ALL.into_iter().map(one).collect()
}

fn entry(path: &Path) -> std::io::Result<Entry> {
    let is_link = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Entry::Nothing),
        Err(error) => return Err(error),
        Ok(metadata) => metadata.is_symlink(),
    };
    let Ok(metadata) = fs::metadata(path) else {
        // A link to nothing, or in a circle.
        return Ok(Entry::File(SeenFile { text: None, executable: false, is_link }));
    };
    if !metadata.is_file() {
        return Ok(Entry::Strange);
    }
    Ok(Entry::File(SeenFile { text: text(path), executable: is_executable(&metadata), is_link }))
}

fn text(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path).ok()?.take(LARGEST + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() as u64 <= LARGEST).then_some(bytes)
}

/// That a folder is not a link to somewhere that is not the repository's.
///
/// # Errors
/// [`Refusal::Elsewhere`]
pub(super) fn stays_here(place: &Place, repository: &Repository) -> Result<(), Refusal> {
    let Ok(real) = place.folder.canonicalize() else { return Ok(()) };
    let stays = match (place.kind, &repository.root) {
        (PlaceKind::Own, _) => real == repository.common.join("hooks"),
        (PlaceKind::InWorkTree, Some(root)) => real.starts_with(root),
        (PlaceKind::InWorkTree | PlaceKind::Configured, _) => true,
    };
    if stays { Ok(()) } else { Err(Refusal::Elsewhere { folder: place.folder.clone(), real }) }
}

/// A manager whose files are in the work tree.
pub(super) struct Found {
    /// Which one.
    pub(super) manager: Manager,
    /// Its file.
    pub(super) file: &'static str,
    /// Whether it runs shipgate.
    pub(super) runs_shipgate: bool,
}

/// The managers whose files are in the work tree.
pub(super) fn managers(repository: &Repository) -> Vec<Found> {
    let Some(root) = &repository.root else { return Vec::new() };
    let is_file = |file: &&'static str| fs::symlink_metadata(root.join(file)).is_ok_and(|metadata| metadata.is_file());
    let found = |manager: Manager| {
        let files: Vec<&'static str> = manager.files().iter().copied().filter(is_file).collect();
        let runs_shipgate = files.iter().any(|file| text(&root.join(file)).is_some_and(|text| Manager::runs_shipgate(&text)));
        files.first().map(|file| Found { manager, file, runs_shipgate })
    };
    Manager::ALL.into_iter().filter_map(found).collect()
}

/// This program's own path: the one in the `PATH` where that is a link to it, which stays when an update puts another file in its place.
///
/// # Errors
/// Where the system does not say which program we are.
pub(super) fn own_path(variables: &Environment) -> std::io::Result<PathBuf> {
    let own = std::env::current_exe()?;
    let real = own.canonicalize()?;
    let plain = format!("shipgate{}", std::env::consts::EXE_SUFFIX);
    let names = [Some(plain.as_ref()), own.file_name()];
    let folders = variables.program_folders().into_iter().filter(|folder| folder.is_absolute());
    let mut places = folders.flat_map(|folder| names.into_iter().flatten().map(move |name| folder.join(name)));
    let lasting = places.find(|place| place.canonicalize().is_ok_and(|other| other == real));
    Ok(lasting.unwrap_or_else(|| own.clone()))
}

/// How scripts in this place find the program.
pub(super) fn program(place: &Place, own: &Path) -> Program {
    match place.kind {
        PlaceKind::Own | PlaceKind::Configured => Program::At(sh_path(own)),
        PlaceKind::InWorkTree => Program::OnPath,
    }
}

#[cfg(unix)]
fn sh_path(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

/// The sh that comes with git takes forward slashes, and not the prefix of long paths.
#[cfg(not(unix))]
fn sh_path(path: &Path) -> Vec<u8> {
    let text = path.to_string_lossy().replace('\\', "/");
    text.strip_prefix("//?/").unwrap_or(&text).as_bytes().to_vec()
}

/// The path that stands in a script.
#[cfg(unix)]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

/// The path that stands in a script.
#[cfg(not(unix))]
pub(super) fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
