//! A sign of life for work that takes long, on a terminal only.

use crate::args::Format;
use crate::terminal::Terminal;
use std::io::IsTerminal;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// Shorter work shows nothing: flicker helps nobody.
const PATIENCE: Duration = Duration::from_millis(300);

/// Ends, and leaves no trace on the terminal, when dropped.
pub struct Progress {
    running: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    pub fn start(terminal: &Terminal, message: String) -> Progress {
        if terminal.quiet || terminal.format != Format::Human || !std::io::stderr().is_terminal() {
            return Progress { running: None };
        }
        let (stop, stopped) = channel::<()>();
        let spinner = std::thread::spawn(move || {
            // The sender goes when the work is done.
            if stopped.recv_timeout(PATIENCE).is_err_and(|e| e == std::sync::mpsc::RecvTimeoutError::Timeout)
            {
                let bar = indicatif::ProgressBar::new_spinner().with_message(message);
                bar.enable_steady_tick(Duration::from_millis(100));
                let _ = stopped.recv();
                bar.finish_and_clear();
            }
        });
        Progress { running: Some((stop, spinner)) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, spinner)) = self.running.take() {
            drop(stop);
            let _ = spinner.join();
        }
    }
}
