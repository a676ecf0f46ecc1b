//! The concrete database, and threads with room.

use ivs_eval::{Held, Pool};
use ivs_source::ItemDiagnostic;
use salsa::{Event, EventKind, Storage};
use std::any::Any;
use std::sync::{Arc, Mutex};

/// Bytes of stack for evaluation: only what is used is ever backed by memory.
const STACK: usize = 512 << 20;

/// The concrete database. Clones share everything; each thread has its own clone.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: Storage<Self>,
    log: Arc<Mutex<Option<Vec<String>>>>,
    deep: Arc<Mutex<Option<ItemDiagnostic>>>,
    held: Option<Arc<Held>>,
    pool: Arc<Pool>,
}

impl Default for Database {
    fn default() -> Self {
        let log: Arc<Mutex<Option<Vec<String>>>> = Arc::default();
        let storage = if LOGGING.load(std::sync::atomic::Ordering::Relaxed) {
            let log = log.clone();
            Storage::new(Some(Box::new(move |event: Event| {
                if let EventKind::WillExecute { database_key } = event.kind
                    && let Ok(mut log) = log.lock()
                    && let Some(log) = log.as_mut()
                {
                    log.push(format!("{database_key:?}"));
                }
            })))
        } else {
            Storage::new(None)
        };
        Database { storage, log, deep: Arc::default(), held: None, pool: Arc::default() }
    }
}

static LOGGING: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

impl Database {
    /// Databases made from now on can log the queries they execute: for tests of incrementality.
    pub fn enable_logging() {
        LOGGING.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    /// Takes over what this thread found to be too deep; the first of several stays.
    fn note_deep(&self) {
        if let Some(found) = ivs_eval::take_exceeded()
            && let Ok(mut deep) = self.deep.lock()
        {
            deep.get_or_insert(found);
        }
    }

    /// Where values depend on each other too deep. Which place of several is only certain on one thread and with no
    /// value known before.
    pub(crate) fn too_deep(&self) -> Option<ItemDiagnostic> {
        self.note_deep();
        self.deep.lock().ok().and_then(|d| d.clone())
    }

    /// Frees what earlier revisions computed and nothing can ask for any more. Whatever is being asked on another thread
    /// unwinds.
    pub(crate) fn sweep(&mut self) {
        salsa::Database::trigger_lru_eviction(self);
        self.pool.sweep();
    }

    /// How many parts of values are held.
    pub(crate) fn parts(&self) -> usize {
        self.pool.len()
    }

    /// The same, with objects at hand that were evaluated before, if there are any.
    pub(crate) fn holding(&self, held: Held) -> Database {
        Database { held: (!held.is_empty()).then(|| Arc::new(held)), ..self.clone() }
    }

    /// Begins to log the queries that are executed, with an empty log.
    pub fn start_log(&self) {
        if let Ok(mut log) = self.log.lock() {
            *log = Some(Vec::new());
        }
    }

    /// Ends logging: the executed queries, by function and key, in no particular order.
    pub fn take_log(&self) -> Vec<String> {
        self.log.lock().ok().and_then(|mut l| l.take()).unwrap_or_default()
    }
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl ivs_source::Db for Database {
    fn held(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.held.as_deref().map(|h| h as &(dyn Any + Send + Sync))
    }

    fn pool(&self) -> Option<&(dyn Any + Send + Sync)> {
        Some(&*self.pool)
    }
}

/// Runs `f` on a thread whose stack is large enough for the deepest chains of values.
pub(crate) fn with_stack<R: Send>(db: Database, f: impl FnOnce(Database) -> R + Send) -> R {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || {
            let result = f(db.clone());
            db.note_deep();
            result
        });
        match thread.map(|t| t.join()) {
            Ok(Ok(r)) => r,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(e) => std::panic::resume_unwind(Box::new(format!("no thread could be started: {e}"))),
        }
    })
}

/// Applies `f` to every element, on several threads where there is enough to do; results in order.
pub(crate) fn each<T: Sync, R: Send>(
    db: &Database,
    threads: usize,
    items: &[T],
    f: impl Fn(&Database, &T) -> R + Sync + Send,
) -> Vec<R> {
    // Below this, threads cost more than they bring.
    const WORTHWHILE: usize = 256;
    each_of(db, threads, WORTHWHILE, items, f)
}

/// [`each`], on several threads from `worthwhile` elements on.
pub(crate) fn each_of<T: Sync, R: Send>(
    db: &Database,
    threads: usize,
    worthwhile: usize,
    items: &[T],
    f: impl Fn(&Database, &T) -> R + Sync + Send,
) -> Vec<R> {
    if threads <= 1 || items.len() < worthwhile {
        return items.iter().map(|i| f(db, i)).collect();
    }
    let size = items.len().div_ceil(threads * 4).max(1);
    let pieces: Vec<&[T]> = items.chunks(size).collect();
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = |db: Database| {
        let mut out: Vec<(usize, Vec<R>)> = Vec::new();
        loop {
            let i = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(piece) = pieces.get(i) else {
                db.note_deep();
                return out;
            };
            out.push((i, piece.iter().map(|x| f(&db, x)).collect()));
        }
    };
    let work = &work;
    let mut done: Vec<(usize, Vec<R>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads.min(pieces.len()))
            .filter_map(|_| {
                let db = db.clone();
                std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, move || work(db)).ok()
            })
            .collect();
        let mut all = work(db.clone());
        for w in workers {
            match w.join() {
                Ok(more) => all.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    done.sort_by_key(|(i, _)| *i);
    done.into_iter().flat_map(|(_, r)| r).collect()
}
