//! The rules for Dockerfiles, one file each.

mod apt_lists;
mod apt_recommends;
mod apt_update_alone;
mod assume_yes;
mod base_without_digest;
mod broken_exec_form;
mod build_tools;
mod no_healthcheck;
mod piped_download;
mod root_user;
mod secret_file;
mod secret_in_variable;
mod shell_command;
mod shell_entrypoint;
mod sudo;
mod unknown_instruction;
mod unknown_user;
mod unpinned_base;
mod unpinned_package;
mod unverified_add;

use super::Rule;
use super::parse::{Instruction, Keyword};
use super::stages::{Base, Dockerfile, Script};
use crate::checks::shell::{Command, Word};
use crate::domain::Span;

/// All of them.
pub(super) const RULES: &[Rule] = &[
    unknown_instruction::RULE,
    unpinned_base::RULE,
    base_without_digest::RULE,
    root_user::RULE,
    unknown_user::RULE,
    shell_entrypoint::RULE,
    shell_command::RULE,
    broken_exec_form::RULE,
    no_healthcheck::RULE,
    build_tools::RULE,
    secret_in_variable::RULE,
    secret_file::RULE,
    unverified_add::RULE,
    piped_download::RULE,
    unpinned_package::RULE,
    sudo::RULE,
    assume_yes::RULE,
    apt_update_alone::RULE,
    apt_recommends::RULE,
    apt_lists::RULE,
];

/// The images that a file begins stages with or takes files from, with the instruction that names them.
fn images(file: &Dockerfile<'_>) -> Vec<(String, Span)> {
    let bases = file.stages.iter().filter_map(|stage| if let Base::Image(image) = &stage.base { Some((image.clone(), stage.span)) } else { None });
    let copied = file.stages.iter().enumerate().flat_map(|(index, stage)| {
        let of_stage = &file.instructions[stage.from..stage.to];
        of_stage.iter().filter_map(move |instruction| Some((taken_from(file, index, instruction)?, instruction.word_span())))
    });
    bases.chain(copied).collect()
}

/// The image that an instruction takes files from; none where it is another stage.
fn taken_from(file: &Dockerfile<'_>, index: usize, instruction: &Instruction) -> Option<String> {
    let mounted = || instruction.flag("mount")?.split(',').find_map(|part| part.strip_prefix("from=")).map(str::to_owned);
    let from = match instruction.keyword {
        Keyword::Copy | Keyword::Add => instruction.flag("from").map(str::to_owned),
        Keyword::Run => mounted(),
        _ => None,
    }?;
    let name = file.with_globals(&from);
    let is_index = name.parse::<usize>().is_ok_and(|number| number < index);
    // A name without anything of an image's is a stage or a context that the build is given.
    let is_image = name.contains(['/', ':', '@']);
    (is_image && !is_index && !file.has_stage(&name)).then_some(name)
}

/// An installation by a system's package manager: the manager, and all its words.
fn is_install(command: &Command<'_>, managers: &[&str]) -> bool {
    managers.contains(&command.program().as_str())
        && command.arguments().iter().any(|argument| matches!(argument.as_ref(), "install" | "reinstall" | "groupinstall"))
}

/// The stretch from the first word to the last one.
fn stretch(script: &Script<'_>, words: &[Word<'_>]) -> Span {
    let (start, end) = (words.first().map_or(0, |word| word.start), words.last().map_or(0, Word::end));
    script.span(start, end)
}
