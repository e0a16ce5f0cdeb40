/* test_translators.c - programs written from configs: what they hold, and what cannot be said. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "models/translators/translator.h"
#include "tests/support.h"

/* ---- exporting in memory ------------------------------------------------------------------ */

struct kept {
    struct quanta_writer writer;
    struct text text;
};

static bool keep(struct quanta_writer *w, int file, const void *bytes, size_t n)
{
    struct kept *k = container_of(w, struct kept, writer);

    ck_assert_int_eq(file, 0);
    text_add_len(&k->text, bytes, n);
    return true;
}

/* The program, or the mistakes; the caller's. */
static char *program_of(const struct quanta_config *cfg, size_t variant, const char *to,
                        bool *fine)
{
    struct kept k = {.writer = {.write = keep}};
    char *errors = NULL;

    *fine = quanta_export(cfg, variant, to, &k.writer, &errors);
    ck_assert_msg(*fine == !errors, "%s", errors);
    if (*fine)
        return text_take(&k.text);
    ck_assert_uint_eq(k.text.len, 0);
    return errors;
}

static char *export_config(const char *config, const char *to, bool *fine)
{
    char *text = with_quotes(config), *errors, *program;
    struct quanta_config *cfg = quanta_parse("t.json", text, strlen(text), &errors);

    ck_assert_msg(cfg != NULL, "%s\n%s", errors, text);
    program = program_of(cfg, 0, to, fine);
    quanta_config_free(cfg);
    free(text);
    return program;
}

/* ---- node -------------------------------------------------------------------------------------- */

#define MAIN(ops) "{'executors':{'default':{'kind':'event-loop','main':[" ops "]}}}"
#define MAIN_WITH(keys, ops) \
    "{" keys ",'executors':{'default':{'kind':'event-loop','main':[" ops "]}}}"
#define THREADS(keys, ops) "{" keys "'tasks':[{'name':'A','locals':{'x':1},'do':[" ops "]}]}"
#define TASK(ops) \
    "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','do':[" ops "]}]}"

#define PAGE(ops) \
    "{'executors':{'default':{'kind':'event-loop','flavor':'browser','main':[" ops "]}}}"

static const struct {
    const char *to, *what, *config, *holds, *lacks;
} holds[] = {
    {"node", "a timer whose name is given once is a variable",
     MAIN("{'setTimeout':30,'id':'t','do':[{'log':'x'}]},{'clear':'t'}"),
     "  t = setTimeout(() => {\n    log('x');\n  }, 30);\n  clearTimeout(t);\n", "named"},
    {"node", "one whose name may be given again stands in a list",
     MAIN("{'repeat':2,'do':[{'setTimeout':30,'id':'t','do':[{'log':'x'}]}]},{'clear':'t'}"),
     "    named('t', null, fired => setTimeout(() => {\n      fired();\n      log('x');\n    "
     "}, "
     "30));\n  }\n  clearNamed('t', null);\n",
     "let t"},
    {"node", "an immediate is cleared as one",
     MAIN("{'setImmediate':[],'id':'i','unref':true},{'clear':'i'}"),
     "  i2 = setImmediate(() => {}).unref();\n  clearImmediate(i2);\n", "clearTimeout"},
    {"node", "what waits is async, what does not is not",
     MAIN("{'nextTick':[{'await':null}]},{'microtask':[{'log':'a'}]}"),
     "  process.nextTick(async () => {\n    await null;\n  });\n  queueMicrotask(() => {\n",
     NULL},
    {"node", "a call of what waits stands in place, where the microtask more would be seen",
     MAIN_WITH("'programs':{'p':[{'await':null},{'log':'p'}]}", "{'call':'p'},{'log':'end'}"),
     "  // p\n  {\n    await null;\n    log('p');\n  }\n  log('end');\n", "p()"},
    {"node", "and is a call where nobody sees it",
     MAIN_WITH("'programs':{'p':[{'await':null},{'log':'p'}]}", "{'log':'a'},{'call':'p'}"),
     "  log('a');\n  await p();\n}\n", "{\n    await"},
    {"node", "an exit goes through its callers",
     MAIN_WITH("'programs':{'p':[{'exit':true}],'q':[{'call':'p'},{'log':'no'}]}",
               "{'call':'q'},{'log':'no'}"),
     "function q() {\n  if (p()) return true;\n  log('no');\n  return false;\n}\n", NULL},
    {"node", "expressions keep their meaning",
     MAIN_WITH(
         "'vars':{'n':1,'new':2}",
         "{'set':'n = 7 / 2 * n + (n < 3) - -n'},{'if':'n && !(new == 2 || n - 1)','then':"
         "[{'log':'${n == 1} `\\\\'}]}"),
     "  n = exact(divide(7, 2) * n) + Number(n < 3) - -n;\n"
     "  if (n !== 0 && !(new2 === 2 || n - 1 !== 0)) {\n    log(`${Number(n === 1)} "
     "\\`\\\\`);\n",
     NULL},
    {"node", "locals are a task's own",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A b','count':2,'locals':"
     "{'x':3},'do':[{'set':'x = x + 1'}]}]}",
     "function AB(me) {\n  me.x = me.x + 1;\n}\n\nfor (let i = 0; i < 2; i++) arrive(() => "
     "AB({ "
     "x: 3 }));\n",
     NULL},
    {"node", "the pool's size is set",
     "{'executors':{'default':{'kind':'event-loop','pool':2,'main':[{'work':3,'then':[]}]}}}",
     "process.env.UV_THREADPOOL_SIZE = '2';\n", NULL},
    {"node", "names that are words of the language get others",
     MAIN_WITH("'programs':{'a program':[{'log':'x'}]}",
               "{'promise':'await'},{'resolve':'await'},{'call':'a program'}"),
     "  await2 = newPromise();\n  await2.resolve();\n  aProgram();\n", NULL},
    {"node", "the file is the script of its workers, and each message a parameter",
     MAIN_WITH("'programs':{'w':[{'onMessage':[{'if':'message == 3','then':[{'closePort':"
               "'parent'}]},{'postMessage':'parent','text':'got ${message}'}]}]}",
               "{'worker':'w'},{'postMessage':'w','text':'3'},{'on':'exit','of':'w','do':[]},"
               "{'join':'w'}"),
     "  wPort = startWorker('w');\n  wPort.postMessage('3');\n  wPort.on('exit', () => {});\n"
     "  await wPort.ended;\n}\n\n"
     "if (isMainThread) {\n  zero = performance.now();\n  main({});\n} else {\n"
     "  zero = workerData.zero - performance.timeOrigin;\n  ({\n    'w': () => w(),\n"
     "  })[workerData.program]();\n}\n",
     NULL},
    {"node", "a channel is two ports, and a message that is taken a variable",
     MAIN("{'messageChannel':'a','to':'b'},{'postMessage':'a','text':'x'},{'receiveMessage':"
          "'b'},{'log':'${message}'},{'onMessage':[],'from':'b','unref':true}"),
     "  ({ port1: aPort, port2: bPort } = new MessageChannel());\n  aPort.postMessage('x');\n"
     "  message = receive(bPort);\n  log(`${said(message)}`);\n  bPort.on('message', () => "
     "{});\n"
     "  bPort.unref();\n",
     "isMainThread"},
    {"browser", "a page holds its program, whatever the labels say",
     PAGE("{'log':'</script><!--'},{'setTimeout':3,'do':[{'log':'<b>'}]}"),
     "function main() {\n  log('<\\/script><\\!--');\n  setTimeout(() => {\n    log('<b>');\n  "
     "}, "
     "3);\n}\n\nzero = performance.now();\nmain();\n</script>\n</html>\n",
     "require("},
    {"browser", "frames are cancelled as frames, also by a name that is given more often",
     PAGE("{'requestAnimationFrame':[],'id':'f'},{'clear':'f'},{'repeat':2,'do':["
          "{'requestAnimationFrame':[{'log':'x'}],'id':'g'}]},{'clear':'g'}"),
     "  f = requestAnimationFrame(() => {});\n  cancelAnimationFrame(f);\n"
     "  for (let i = 0; i < 2; i++) {\n    named('g', null, fired => requestAnimationFrame(() "
     "=> "
     "{\n      fired();\n      log('x');\n    }), cancelAnimationFrame);\n  }\n"
     "  clearNamed('g', null);\n",
     "clearTimeout(f"},
    {"browser", "events of the page have names of their own",
     PAGE(
         "{'on':'unhandledRejection','do':[{'log':'${error}'}]},{'on':'uncaughtException','do':"
         "[]}"),
     "  rejects(error => {\n    log(`${error.message}`);\n  });\n  fails(globalThis, () => "
     "{});\n",
     "process"},
    {"browser", "words of a page's global scope are no names of the file's",
     "{'vars':{'top':1},'executors':{'default':{'kind':'event-loop','flavor':'browser','main':["
     "{'log':'${top}'}]}}}",
     "let top2 = 1;\n", NULL},
    {"browser", "what a task has started does nothing once that has ended",
     "{'executors':{'default':{'kind':'event-loop','flavor':'browser'}},'tasks':[{'name':'A',"
     "'do':[{'setTimeout':9,'do':[{'log':'x'}]},{'setTimeout':5,'do':[{'exit':true}]}]}]}",
     "  setTimeout(() => {\n    if (me.gone) return;\n    log('x');\n  }, 9);\n  setTimeout(() "
     "=> {\n"
     "    if (me.gone) return;\n    me.gone = true; // what it has started looks at that\n    "
     "return;\n",
     "owned"},
    {"node", "several loops are threads, to which the first deals out tasks",
     "{'executors':{'default':{'kind':'event-loop','loops':2,'main':[{'log':'x'}]}},'tasks':[{"
     "'name':'A','count':3,'do':[]},{'name':'B','arrive':9,'after':['A'],'locals':{'l':1},'do':"
     "[{"
     "'log':'${l}'}]}]}",
     "if (isMainThread) {\n  const defaultLoops = startLoops('default', 2);\n  openGate();\n"
     "  for (let i = 0; i < 3; i++) AEnds.count(served(defaultLoops, 'A'));\n"
     "  after([AEnds], () => {\n    later(9 + zero - performance.now(), () => "
     "deal(defaultLoops, "
     "'B'));\n"
     "  });\n} else {\n  passGate();\n  if (workerData.loop === 'default') main();\n  serve({\n"
     "    'A': () => A(),\n    'B': () => B({ l: 1 }),\n  });\n}\n",
     NULL},
    {"node", "a variable of several threads is a cell, of one a variable",
     MAIN_WITH("'vars':{'n':4,'m':5},'programs':{'w':[{'set':'n = n + n','cost':1},{'atomic':"
               "'n = n + 1'}]}",
               "{'worker':'w'},{'set':'m = m + n'}"),
     "const n = new Shared(1, 4);\nlet m = 5;\nlet wPort;\n\nfunction w() {\n  {\n    "
     "busy(1);\n"
     "    const v0 = n.value;\n    busy(1);\n    const v1 = n.value;\n    busy(1);\n"
     "    n.value = v0 + v1;\n  }\n  atomically(() => {\n    n.value = n.value + 1;\n  "
     "});\n}\n\n"
     "function main() {\n  wPort = startWorker('w');\n  m = m + n.value;\n}\n",
     NULL},
    {"node", "what is allocated is arrays, a task's own or for ever",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','count':2,'do':["
     "{'allocate':'3MB'},{'allocate':100,'leak':true},{'free':8}]}]}",
     "function A(me) {\n  allocate(heapOf(me), 3000000);\n  allocate(leaked, 100);\n"
     "  release(heapOf(me), 8);\n}\n",
     NULL},
    {"node", "a device has its discipline, and a request what that goes by",
     "{'devices':{'d':{'service':5,'seek':'0.5ms','discipline':'scan','head':9,'cylinders':20},"
     "'p':{'discipline':'priority'}},'executors':{'default':{'kind':'event-loop'}},'tasks':[{"
     "'name':'A','do':[{'io':'d','at':3}]},{'name':'B','priority':2,'do':[{'io':'p'}]}]}",
     "const d = device(1, () => 0, { discipline: 'scan', seek: 0.5, head: 9, cylinders: 20 "
     "});\nconst p = device(1, () => 0, { discipline: 'priority' });\n\n"
     "async function A() {\n  await new Promise(done => d({ service: 5, at: 3 }, done));\n"
     "}\n\nasync function B(me) {\n  await new Promise(done => p({ service: 0, priority: "
     "me.priority }, done));\n}\n",
     "function sstf"},
    {"node", "a connection is a task's own, or made anew",
     "{'devices':{'s':{'preset':'tcp','rtt':20,'service':3},'o':{'preset':'tcp','rtt':10,"
     "'keep_alive':false,'handshake':3}},'executors':{'default':{'kind':'event-loop'}},"
     "'tasks':[{'name':'A','do':[{'io':'s'},{'io':'o'}]}]}",
     "const s = device(Infinity, () => 20);\nconst o = device(Infinity, () => 10);\n\n"
     "async function A(me) {\n  await new Promise(done => s({ service: 3, wait: connect(me, "
     "'s', () => 20) }, done));\n  await new Promise(done => o({ service: 0, wait: 30 }, "
     "done));\n",
     NULL},
    {"node", "half the pool looks up names",
     "{'devices':{'n':{'preset':'dns'}},'executors':{'default':{'kind':'event-loop','pool':7,"
     "'main':[{'io':'n','then':[]}]}}}",
     "const lookUp = limited(4); // on half the pool's threads\n\n"
     "function main() {\n  lookUp(5, () => {});\n}\n",
     "dns"},
    {"node", "an exit takes along what goes on",
     TASK("{'setTimeout':9,'do':[{'log':'x'}]},{'nextTick':[{'exit':true}]},{'sleep':1},"
          "{'log':'y'}"),
     "  owned(me, setTimeout(() => {\n    log('x');\n  }, 9));\n  process.nextTick(() => {\n"
     "    if (me.gone) return;\n    leave(me);\n    return;\n  });\n  await sleep(1);\n"
     "  if (me.gone) return;\n  log('y');\n",
     NULL},
    {"node", "a worker and ports, too",
     "{'programs':{'w':[]},'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A',"
     "'do':[{'worker':'w','unref':true},{'messageChannel':'p','to':'q'},{'sleep':5},{'exit':"
     "true}]}"
     "]}",
     "  wPort = owned(me, startWorker('w'));\n  wPort.unref();\n"
     "  ({ port1: pPort, port2: qPort } = new MessageChannel());\n  owned(me, pPort);\n",
     NULL},
    {"node",
     "children of several loops are dealt by the first thread, which counts who has them",
     "{'executors':{'default':{'kind':'event-loop','loops':2}},'programs':{'p':[{'log':'${l}'}]"
     "},"
     "'tasks':[{'name':'A','locals':{'l':1},'do':[{'spawn':'p','as':'c'},{'join':'c'}]},{'name'"
     ":"
     "'A/p','do':[]}]}",
     "async function A(me) {\n  spawnElsewhere(me, 'c', 'A/p\\'');\n"
     "  if (alive(me, 'c')) await join(me, 'c');\n}\n\nfunction AP() {\n}\n\n"
     "if (isMainThread) {\n  const defaultLoops = startLoops('default', 2);\n  openGate();\n"
     "  served(defaultLoops, 'A');\n  deal(defaultLoops, 'A/p');\n} else {\n  passGate();\n"
     "  serve({\n    'A': () => A({ l: 1, children: {} }),\n    'A/p': () => AP(),\n"
     "    'A/p\\'': () => p({ l: 1, children: {} }),\n  });\n}\n",
     NULL},
    {"node", "a lock's owner is a task, where a thread has several",
     "{'sync':{'m':{'mutex':{}},'r':{'rwlock':{}}},'executors':{'default':{'kind':'event-loop'}"
     "},"
     "'tasks':[{'name':'A','count':2,'locals':{'x':0},'do':[{'trylock':'m','into':'x'},{'"
     "unlock':"
     "'m'},{'lock':'r','mode':'read'},{'unlock':'r'}]}]}",
     "const m = new Mutex(0);\nconst r = new ReadWriteLock(1);\n\nfunction A(me) {\n"
     "  me.x = m.tryLock(me) ? 1 : 0;\n  m.unlock(me);\n  r.lock(me, 'read');\n"
     "  r.unlock(me);\n}\n",
     "workerData"},
    {"node", "and the thread, where each has one; what hands over gives out tickets",
     MAIN_WITH(
         "'vars':{'x':0},'sync':{'m':{'mutex':{'protocol':'inherit'}},'c':{'condvar':{}},"
         "'q':{'channel':3},'s':{'semaphore':2},'b':{'barrier':4}},'programs':{'w':["
         "{'recv':'q','into':'x'}]}",
         "{'worker':'w'},{'lock':'m'},{'wait':'c','with':'m'},{'send':'q','value':'x + 1'},"
         "{'broadcast':'c'},{'post':'s'},{'barrier':'b'}"),
     "const x = new Shared(1, 0);\nconst m = new QueuedMutex(0);\nconst c = new Condition(2);\n"
     "const q = new Channel(4, 3, 48);\nconst s = new Semaphore(8, 2);\n"
     "const b = new Barrier(9, 4);\nlet wPort;\n\nfunction w() {\n  x.value = q.receive();\n}\n"
     "\nfunction main() {\n  wPort = startWorker('w');\n  m.lock();\n  c.wait(m);\n"
     "  q.send(x.value + 1);\n  c.broadcast();\n  s.post();\n  b.arrive();\n}\n",
     "class Mutex"},
    {"node", "and is a return where nothing does", TASK("{'log':'x'},{'exit':true}"),
     "  log('x');\n  return;\n}\n", "gone"},
    {"pthreads", "a set is a load and a store; with a cost, they are apart",
     THREADS("'vars':{'n':0},", "{'set':'n = n + x'},{'set':'n = n * 2','cost':'1us'}"),
     "    n = n + me->x;\n    {\n        use_cpu(1000);\n        int64_t v0 = n;\n        "
     "use_cpu(1000);"
     "\n        n = v0 * 2;\n    }\n",
     "log_line"},
    {"pthreads", "a lock is POSIX's, by its kind and mode",
     THREADS(
         "'sync':{'m':{'mutex':{'protocol':'inherit'}},'r':{'rwlock':{}}},",
         "{'lock':'m'},{'unlock':'m'},{'lock':'r','mode':'read'},{'trylock':'r','into':'x'}"),
     "    must(me, pthread_mutex_unlock(&m), \"pthread_mutex_unlock(&m)\");\n"
     "    must(me, pthread_rwlock_rdlock(&r), \"pthread_rwlock_rdlock(&r)\");\n"
     "    me->x = pthread_rwlock_trywrlock(&r) == 0;\n",
     "PTHREAD_PRIO_NONE"},
    {"pthreads", "text is text, whatever is in it",
     THREADS("", "{'log':'100% \\u0022?? ${x % 2}'}"),
     "    log_line(me, \"100%% \\\"\\?\\? %lld\", (long long)(me->x % nonzero(me, 2)));\n",
     NULL},
    {"pthreads", "rates become priorities, the shortest period the highest",
     "{'machine':{'scheduler':'rm'},'tasks':[{'name':'A','period':9,'jobs':1,'do':[]},{'name':'"
     "B',"
     "'do':[]},{'name':'C','period':5,'jobs':1,'do':[]}]}",
     ".kind = 2, .grouped = true, .policy = SCHED_FIFO, .priority = 12, .nice = 0},\n", "pool"},
    {"pthreads", "a pool has so many threads, and a task may have some of the cores",
     "{'machine':{'cores':3},'executors':{'default':{'kind':'pool','threads':7}},'tasks':[{'"
     "name':"
     "'A','affinity':[0,2],'do':[]}]}",
     ".priority = 10, .nice = 0, .pool = &pools[0], .affinity = UINT64_C(5)},\n", NULL},
    {"pthreads", "priorities keep their order",
     "{'machine':{'scheduler':'priority'},'tasks':[{'name':'A','priority':7,'do':[]},{'name':'"
     "B',"
     "'priority':-3,'do':[]}]}",
     ".policy = SCHED_FIFO, .priority = 11, .nice = 0},\n", ".priority = 12"},
};

START_TEST(programs_hold_what_they_should)
{
    bool fine;
    char *program = export_config(holds[_i].config, holds[_i].to, &fine);

    ck_assert_msg(fine, "%s: %s", holds[_i].what, program);
    ck_assert_msg(strstr(program, holds[_i].holds), "%s:\n%s", holds[_i].what, program);
    ck_assert_msg(!holds[_i].lacks || !strstr(program, holds[_i].lacks), "%s:\n%s",
                  holds[_i].what, program);
    free(program);
}
END_TEST

static const struct {
    const char *to, *config, *message;
} refused[] = {
    {"node", "{'tasks':[{'name':'A','do':[{'cpu':1}]}]}",
     "t.json:1:11: error: /tasks/0: \"A\" runs on threads (\"thread-per-task\"): a program for "
     "node is one event loop\n"},
    {"browser",
     "{'sync':{'m':{'mutex':{}}},'executors':{'default':{'kind':'event-loop','flavor':'browser'"
     ","
     "'main':[{'lock':'m'},{'unlock':'m'}]}}}",
     "/executors/default/main/0: \"lock\" cannot be expressed in a page\n"},
    {"node",
     MAIN_WITH("'sync':{'m':{'mutex':{'protocol':'ceiling'}}}", "{'lock':'m'},{'unlock':'m'}"),
     "/executors/default/main/0: \"m\" has a ceiling: threads of node have no priorities\n"},
    {"node", MAIN_WITH("'sync':{'c':{'channel':1048577}}", "{'send':'c'}"),
     "/executors/default/main/0: \"c\" may hold 1048577 values, too many for a program for "
     "node\n"},
    {"node",
     MAIN_WITH("'sync':{'b':{'barrier':2}},'programs':{'w':[{'barrier':'b'}]}",
               "{'worker':'w'},{'terminate':'w'}"),
     "/executors/default/main/1: \"w\" may be waiting for its turn, which would never "
     "pass\n"},
    {"browser",
     "{'executors':{'default':{'kind':'event-loop','flavor':'browser','loops':2,'main':[]}}}",
     "t.json:1:25: error: /executors/default: 2 loops are a server's: a page is one\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop','main':[]},'b':{'kind':'event-loop','flavor'"
     ":"
     "'node18'}},'tasks':[{'name':'A','on':'b','do':[]}]}",
     "/executors/default: this loop is of another flavor than \"b\": a program is for one "
     "Node\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop','loops':2}},'programs':{'p':[]},'tasks':[{"
     "'name':'A','do':[{'nextTick':[{'spawn':'p'}]}]}]}",
     "/tasks/0/do/0/nextTick/0: who spawns on several loops ends with all that it has started, "
     "a "
     "function when it returns\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop','loops':2,'main':[{'spawn':'p'}]}},"
     "'programs':{'p':[]}}",
     "/executors/default/main/0: what spawns on several loops is a task, whose end is counted, "
     "and "
     "no script\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop','loops':2},'one':{'kind':'event-loop'}},"
     "'programs':{'p':[],'q':[{'spawn':'p'}]},'tasks':[{'name':'A','do':'q'},{'name':'B','on':"
     "'one','do':'q'}]}",
     "/programs/q/0: whether the child is on this loop or another cannot be told beforehand\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop','main':[{'promise':'p'}]},'b':{'kind':"
     "'event-loop'}},'tasks':[{'name':'A','on':'b','do':[{'await':'p'}]}]}",
     "/executors/default/main/0: \"p\" is used on several threads"},
    {"node",
     MAIN_WITH("'programs':{'p':[{'await':null},{'call':'p'},{'log':'x'}]}",
               "{'call':'p'},{'log':'x'}"),
     "/programs/p/1: \"p\" waits and calls itself"},
    {"node", TASK("{'log':'${y}'}"), "/tasks/0/do/0: there is no variable \"y\"\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','clients':1,'think':"
     "1,"
     "'requests':2,'do':[{'setTimeout':5,'do':[]}]}]}",
     "/tasks/0: \"A\" ends with all that it has started, a function when it returns\n"},
    {"node",
     "{'executors':{'default':{'kind':'event-loop'}},'tasks':[{'name':'A','count':2,'do':["
     "{'promise':'p'},{'await':'p'}]},{'name':'B','do':[{'resolve':'p'}]}]}",
     "/tasks/1/do/0: which task's promise \"p\" this is cannot be told beforehand\n"},
    {"node",
     MAIN_WITH("'programs':{'w':[]}",
               "{'worker':'w'},{'on':'online','do':[{'log':'${message}'}]}"),
     "there is no variable \"message\"\n"},
    {"node", MAIN_WITH("'programs':{'w':[]}", "{'spawn':'w'},{'on':'exit','do':[]}"),
     "/executors/default/main/1: this is about the end of one task of several: a process for "
     "node ends once\n"},
    {"browser", MAIN("{'log':'x'}"), "/executors/default: node's loop is not a browser's\n"},
    {"node", PAGE("{'log':'x'}"), "/executors/default: a browser's loop is not node's\n"},
    {"browser", "{'tasks':[{'name':'A','do':[{'cpu':1}]}]}",
     "/tasks/0: \"A\" runs on threads (\"thread-per-task\"): a page is one event loop\n"},
    {"browser",
     "{'vars':{'x':0},'programs':{'w':[{'log':'${x}'}]},'executors':{'default':{'kind':'event-"
     "loop'"
     ",'flavor':'browser','main':[{'worker':'w'},{'log':'${x}'}]}}}",
     "\"x\" is used on several threads, which share no variables in a page from the disk\n"},
    {"browser", PAGE("{'log':'x'},{'exit':true}"),
     "/executors/default/main/1: a page has no end that its script brings about\n"},
    {"node",
     MAIN_WITH(
         "'sync':{'b':{'barrier':2}},'programs':{'w':[{'barrier':'b'}]},'tasks':[{'name':'A',"
         "'do':[{'worker':'w'},{'setTimeout':1,'do':[{'exit':true}]}]}]",
         ""),
     "/tasks/0/do/0: \"w\" may be waiting for its turn when its task exits, and that would "
     "never "
     "pass\n"},
    {"browser",
     "{'programs':{'w':[]},'executors':{'default':{'kind':'event-loop','flavor':'browser'}},"
     "'tasks':[{'name':'A','do':[{'worker':'w'},{'setTimeout':1,'do':[{'exit':true}]}]}]}",
     "/tasks/0/do/0: what ends with a task that may exit cannot be expressed in a page\n"},
    {"pthreads", MAIN("{'log':'x'}"),
     "/executors/default/main: \"main\" runs on the executor \"event-loop\""},
    {"pthreads", "{'machine':{'scheduler':'srtf'},'tasks':[{'name':'A','do':[]}]}",
     "/tasks/0: \"A\" is scheduled by \"srtf\", which the kernel has not\n"},
    {"pthreads",
     "{'executors':{'default':{'kind':'pool','threads':1,'backlog':2}},'tasks':[{'name':'A','"
     "do':[]"
     "}]}",
     "/tasks/0: \"A\" may be rejected by its pool, which a program of threads does not do\n"},
    {"pthreads", THREADS("", "{'cpu':{'pareto':[1,2]}}"),
     "/tasks/0/do/0: this distribution cannot be expressed in a program of threads\n"},
};

START_TEST(what_cannot_be_said_is_a_mistake_with_its_place)
{
    bool fine;
    char *errors = export_config(refused[_i].config, refused[_i].to, &fine);

    ck_assert_msg(!fine, "%s", errors);
    ck_assert_msg(strstr(errors, refused[_i].message), "%s\nlacks %s", errors,
                  refused[_i].message);
    free(errors);
}
END_TEST

/* ---- all there is ------------------------------------------------------------------------------ */

/* Every variant of every config either becomes a program or is refused with a position, and
 * says the same each time. */
static void export_all(const char *path)
{
    char *errors;
    struct quanta_config *cfg = quanta_read(path, &errors);

    ck_assert_msg(cfg != NULL, "%s", errors);
    for (size_t v = 0; v < quanta_variants(cfg); v++)
        for (size_t i = 0; translators[i]; i++) {
            bool fine, again_fine;
            char *text = program_of(cfg, v, translators[i]->name, &fine);
            char *again = program_of(cfg, v, translators[i]->name, &again_fine);

            ck_assert_str_eq(text, again);
            ck_assert_msg(fine || strstr(text, ": error: /"), "%s: %s", path, text);
            free(text);
            free(again);
        }
    quanta_config_free(cfg);
}

static const char *folder;

static void export_in_folder(const char *name)
{
    struct text path = {0};

    text_addf(&path, "%s/%s", folder, name);
    export_all(path.data);
    text_release(&path);
}

START_TEST(every_config_becomes_a_program_or_is_refused)
{
    static const char *const folders[] = {"configs/lessons", "configs/races",
                                          "configs/servers", "configs/textbook",
                                          "tests/node",      "tests/browser"};

    folder = folders[_i];
    ck_assert_int_gt(each_json(folder, export_in_folder), 0);
}
END_TEST

Suite *translators_suite(void)
{
    Suite *s = suite_create("translators");
    TCase *tc = tcase_create("translators");

    tcase_add_loop_test(tc, programs_hold_what_they_should, 0, ARRAY_LEN(holds));
    tcase_add_loop_test(tc, what_cannot_be_said_is_a_mistake_with_its_place, 0,
                        ARRAY_LEN(refused));
    tcase_add_loop_test(tc, every_config_becomes_a_program_or_is_refused, 0, 6);
    suite_add_tcase(s, tc);
    return s;
}
