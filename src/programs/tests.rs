//! Real programs under test. Shell scripts stand here as programs that behave in a certain way; the adapter knows no shell.

use super::*;

fn programs() -> LocalPrograms {
    let variables = [("PATH", "/usr/local/bin:/usr/bin:/bin"), ("KEPT", "yes"), ("GITHUB_TOKEN", "ghs_secret")];
    LocalPrograms::new(ChildEnvironment::of(variables.map(|(name, value)| (name.into(), value.into()))))
}

fn argv(parts: &[&str]) -> Argv {
    Argv::new(parts.iter().map(|part| (*part).to_owned()).collect()).expect("a program")
}

fn run(parts: &[&str], input: &[u8]) -> Result<Finished, ProgramError> {
    programs().run(&argv(parts), input, Duration::from_mins(1))
}

#[test]
fn v9_arguments_reach_the_program_as_they_are() {
    let hostile = ["; touch /tmp/pwned", "$(id)", "`id`", "*", "a b", "", "\"'"];
    let mut parts = vec!["printf", "%s\\n"];
    parts.extend(hostile);
    let finished = run(&parts, b"").expect("printf runs");
    assert_eq!(finished.code, Some(0));
    assert_eq!(String::from_utf8(finished.output).expect("text"), hostile.join("\n") + "\n");
}

#[test]
fn g20_input_output_errors_and_exit_code_are_handed_over() {
    let finished = run(&["sh", "-c", "cat; echo oops >&2; exit 7"], b"{\"facts\":1}").expect("it runs");
    assert_eq!(finished, Finished { code: Some(7), output: b"{\"facts\":1}".to_vec(), error_tail: "oops\n".to_owned() });
}

#[test]
fn g20_nothing_of_the_current_folder_is_run_where_it_may_be_the_change_under_judgement() {
    let folder = tempfile::tempdir().expect("a folder");
    let apart = programs().apart(folder.path().join("programs"));
    let run = |parts: &[&str]| apart.run(&argv(parts), b"", Duration::from_mins(1));
    for program in ["./scripts/capacity", "scripts/capacity", "../x", "./sh"] {
        let refused = run(&[program]).expect_err("a relative path");
        assert!(matches!(&refused, ProgramError::NotStarted { why, .. } if why.contains("trusted-checkout")), "{refused}");
    }
    let here = run(&["pwd"]).expect("it runs");
    let expected = folder.path().join("programs").canonicalize().expect("it was made");
    assert_eq!(String::from_utf8(here.output).expect("text").trim_end(), expected.display().to_string());
    assert_eq!(run(&["/bin/sh", "-c", "exit 3"]).expect("an absolute path").code, Some(3));
}

#[test]
fn a_large_input_and_a_large_output_do_not_wait_for_each_other() {
    let input = vec![b'x'; MOST_OUTPUT];
    let finished = run(&["cat"], &input).expect("it runs");
    assert_eq!(finished.output.len(), MOST_OUTPUT);
}

#[test]
fn a_program_that_does_not_read_its_input_is_no_error() {
    let finished = run(&["true"], &vec![b'x'; MOST_OUTPUT]).expect("it runs");
    assert_eq!(finished.code, Some(0));
}

#[test]
fn a_program_that_writes_too_much_is_stopped() {
    let error = run(&["sh", "-c", "cat /dev/zero"], b"").expect_err("too much");
    assert_eq!(error, ProgramError::TooMuch { program: "sh".to_owned(), most: MOST_OUTPUT });
}

#[test]
fn only_the_end_of_its_errors_is_kept() {
    let script = "i=0; while [ $i -lt 3000 ]; do echo \"line $i ä\" >&2; i=$((i+1)); done";
    let finished = run(&["sh", "-c", script], b"").expect("it runs");
    assert!(finished.error_tail.len() <= ERROR_TAIL && finished.error_tail.len() > ERROR_TAIL - 20);
    assert!(finished.error_tail.ends_with("line 2999 ä\n"));
}

#[test]
fn g20_a_program_that_does_not_end_is_killed_with_its_children() {
    let folder = tempfile::tempdir().expect("a folder");
    let fifo = folder.path().join("fifo");
    let name = fifo.to_str().expect("a plain path");
    assert_eq!(run(&["mkfifo", name], b"").expect("it runs").code, Some(0));
    let (reader_path, script) = (fifo.clone(), format!("exec 3>{name}; (sleep 20; echo alive >&3) & wait"));
    // The reader sees the end of the fifo when the last process that could write to it is gone.
    let reader = std::thread::spawn(move || std::fs::read_to_string(reader_path));
    let held_open = std::fs::OpenOptions::new().write(true).open(&fifo).expect("a writer");
    let error = programs().run(&argv(&["sh", "-c", &script]), b"", Duration::from_millis(50)).expect_err("too late");
    drop(held_open);
    assert_eq!(error, ProgramError::TimedOut { program: "sh".to_owned(), limit: Duration::from_millis(50) });
    assert_eq!(reader.join().expect("it reads").expect("text"), "", "a child outlived its program");
}

#[test]
fn a_program_that_closes_its_outputs_and_goes_on_is_killed_in_time() {
    let error = programs().run(&argv(&["sh", "-c", "exec >&- 2>&- <&-; exec sleep 600"]), b"", Duration::from_millis(50)).expect_err("too late");
    assert!(matches!(error, ProgramError::TimedOut { .. }));
}

#[test]
fn a_program_that_cannot_be_started_says_why() {
    let error = run(&["shipgate-no-such-program"], b"").expect_err("not there");
    assert!(matches!(&error, ProgramError::NotStarted { program, .. } if program == "shipgate-no-such-program"), "{error}");
}

#[test]
fn a_signal_is_no_exit_code() {
    assert_eq!(run(&["sh", "-c", "kill -9 $$"], b"").expect("it ran").code, None);
}

#[test]
fn a5_a_program_sees_no_token() {
    let finished = run(&["env"], b"").expect("it runs");
    let seen = String::from_utf8(finished.output).expect("text");
    assert!(seen.contains("KEPT=yes") && !seen.contains("ghs_secret"), "{seen}");
}
