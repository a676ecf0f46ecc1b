//! Threads that answer requests.

use crate::main_loop::Message;
use crate::view::View;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::oneshot;
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::Uri;

/// How many requests are worked on at a time: most wait for each other's queries or for none.
const THREADS: usize = 4;
/// Bytes of stack for evaluation: only what is used is ever backed by memory.
const STACK: usize = 512 << 20;
/// How often a request is begun anew because of an edit.
const ATTEMPTS: u8 = 8;

/// Which packages a request is about.
#[derive(Clone, Debug)]
pub enum About {
    /// The one that a document belongs to.
    Document(Uri),
    /// All that are open.
    All,
}

/// A request, before anything is known of its type.
pub trait Ask: Send {
    /// Answers it. Unwinds if an edit comes in between.
    fn answer(&mut self, views: &mut [View]);
    /// Answers that it failed.
    fn fail(&mut self, error: Error);
    /// Whether nobody waits for the answer.
    fn abandoned(&self) -> bool;
}

/// A request under way.
pub struct Job {
    /// What it is about.
    pub about: About,
    /// What is to be answered.
    pub ask: Box<dyn Ask>,
    attempts: u8,
}

impl Job {
    /// A request that was not tried yet.
    pub fn new(about: About, ask: Box<dyn Ask>) -> Job {
        Job { about, ask, attempts: 0 }
    }
}

/// A request with its types.
pub struct Request<P, R, F> {
    /// Kept, so that it can be asked again.
    pub params: P,
    /// Who answers.
    pub method: F,
    /// Where the answer goes.
    pub reply: Option<oneshot::Sender<Result<R>>>,
    /// Called first.
    pub before: Option<Box<dyn Fn() + Send>>,
}

impl<P, R, F> Ask for Request<P, R, F>
where
    P: Clone + Send,
    R: Send,
    F: Fn(&mut [View], P) -> Result<R> + Send,
{
    fn answer(&mut self, views: &mut [View]) {
        if let Some(before) = &self.before {
            before();
        }
        let answer = (self.method)(views, self.params.clone());
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(answer);
        }
    }

    fn fail(&mut self, error: Error) {
        if let Some(reply) = self.reply.take() {
            let _ = reply.send(Err(error));
        }
    }

    fn abandoned(&self) -> bool {
        self.reply.as_ref().is_none_or(oneshot::Sender::is_closed)
    }
}

/// Something to do on a thread of the pool.
pub type Task = Box<dyn FnOnce() + Send>;

/// The threads. They end with it, once what was given to them is done.
pub struct Pool {
    tasks: Sender<Task>,
    /// How many tasks were given to the threads and are not done.
    under_way: Arc<AtomicUsize>,
}

impl Pool {
    /// Starts the threads.
    ///
    /// # Errors
    /// That none can be started.
    pub fn start() -> std::io::Result<Pool> {
        let (tasks, queue) = channel::<Task>();
        let queue = Arc::new(Mutex::new(queue));
        let under_way = Arc::new(AtomicUsize::new(0));
        for i in 0..THREADS {
            let (queue, under_way) = (queue.clone(), under_way.clone());
            let thread = std::thread::Builder::new().name(format!("ivs-lsp-{i}")).stack_size(STACK);
            thread.spawn(move || work(&queue, &under_way))?;
        }
        Ok(Pool { tasks, under_way })
    }

    /// Has something done.
    pub fn run(&self, task: Task) {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        let _ = self.tasks.send(task);
    }

    /// Whether anything is being done, or waits for a thread.
    pub fn busy(&self) -> bool {
        self.under_way.load(Ordering::SeqCst) > 0
    }

    /// Has a request answered from views of the packages that it is about. One that an edit interrupts goes back to the
    /// main loop.
    pub fn answer(&self, mut job: Job, mut views: Vec<View>, main: Sender<Message>) {
        self.run(Box::new(move || {
            if job.ask.abandoned() {
                return;
            }
            let done = catch_unwind(AssertUnwindSafe(|| job.ask.answer(&mut views)));
            // The main loop may wait for these to be gone.
            drop(views);
            let Err(panic) = done else { return };
            if !panic.is::<salsa::Cancelled>() {
                return job.ask.fail(Error::internal_error());
            }
            job.attempts += 1;
            if job.attempts >= ATTEMPTS {
                return job.ask.fail(Error::content_modified());
            }
            if let Err(lost) = main.send(Message::Ask(job))
                && let Message::Ask(mut job) = lost.0
            {
                job.ask.fail(Error::content_modified());
            }
        }));
    }
}

fn work(queue: &Mutex<Receiver<Task>>, under_way: &AtomicUsize) {
    loop {
        let task = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(task) = task else { return };
        // What it panics with was shown; the thread is needed again.
        let _ = catch_unwind(AssertUnwindSafe(task));
        under_way.fetch_sub(1, Ordering::SeqCst);
    }
}
