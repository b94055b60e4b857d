/** How a function ends: what counts as its failure, what as its answer, and when it is over. In one process and in worker threads. */
import assert from 'node:assert/strict'
import { type Attempt, offsetsOf } from '../support/journal.ts'
import type { LiveRun } from '../support/live-run.ts'
import { record } from '../support/records.ts'
import type { AppName, LiveTest, Row } from '../support/row.ts'
import { sources } from '../support/sources.ts'

const places: { app: AppName; suffix: string; where: string }[] = [
  { app: 'main', suffix: '', where: 'in process' },
  { app: 'threads', suffix: '-thread', where: 'in a worker thread' },
]

type Situation = Omit<Row, 'setting' | 'situation' | 'test'> & {
  situation: string
  test: Partial<LiveTest> & Pick<LiveTest, 'id' | 'behaviour'>
  /** Values of records, each of which says how the function ends when it comes for the first time. */
  ends: string[]
  also?(run: LiveRun): Promise<void>
}

const rejections = [
  'fails: throws a text',
  'fails: throws an object',
  'fails: throws null',
  'fails: throws 0',
  'fails: throws nothing',
  'fails: rejects with nothing',
  'fails: throws what cannot be cloned',
  'fails: an error whose cause cannot be cloned',
  'fails: an error whose getters throw',
]

const callbacks = [
  'fails: callback(Error)',
  'fails: callback(text)',
  'fails: callback(0)',
  "fails: callback('Unauthorized')",
  'fails: callback(text) later',
  'fails: context.fail()',
  'fails: context.fail(text) later',
  'fails: context.done(text)',
  'fails: an error before the callback',
  'succeeds: callback(null)',
  'succeeds: callback(null) later',
  'succeeds: a callback that comes twice',
  'succeeds: context.succeed()',
  'succeeds: context.done()',
  'succeeds: an error after the callback',
]

const warnsOnce =
  (...texts: string[]) =>
  async (run: LiveRun): Promise<void> => {
    await run.logged(...texts)
    const lines = run.log().filter(line => texts.every(text => line.includes(text)))
    assert.equal(lines.length, 1, lines.join('\n'))
  }

const everywhere: Situation[] = [
  {
    situation:
      'it throws, or its promise rejects with, something that is no `Error`, or an `Error` that cannot be cloned',
    aws: 'the invocation fails, whatever is thrown',
    source: sources.nodeRuntime,
    here: 'as AWS',
    test: { id: 'throws-anything', behaviour: 'endAsTold' },
    ends: rejections,
  },
  {
    situation: 'its answer is no JSON: a `BigInt`, a circle',
    aws: 'the invocation fails: the answer cannot be sent',
    source: sources.nodeRuntime,
    here: 'as AWS',
    test: { id: 'answers-no-json', behaviour: 'endAsTold' },
    ends: ['fails: answers with a BigInt', 'fails: answers with a circle'],
  },
  {
    situation:
      'its answer cannot be cloned and is JSON without that: `{ f: () => 1 }`; or is a text, an `Error`, a thenable',
    aws: 'any answer is a success',
    source: sources.nodeRuntime,
    here: 'as AWS',
    test: { id: 'answers-anything', behaviour: 'endAsTold' },
    ends: [
      'succeeds: answers with a function inside',
      'succeeds: answers with a symbol inside',
      'succeeds: answers with a text',
      'succeeds: answers with an Error',
      'succeeds: a thenable',
    ],
  },
  {
    situation: 'it takes a callback, or uses `context.done`, `succeed` or `fail` (`nodejs22.x`)',
    aws: 'the first call counts; any error but `null` and `undefined` is a failure',
    source: sources.nodeRuntime,
    here: 'as AWS; one that never calls back is waited for, since nobody can tell when its event loop is empty',
    test: { id: 'callback', behaviour: 'endByCallback', runtime: 'nodejs22.x' },
    ends: callbacks,
  },
  {
    situation: 'it takes a callback, under `nodejs24.x`',
    aws: 'refused: `Runtime.CallbackHandlerDeprecated`',
    source: sources.nodeHandler,
    here: 'it runs, and one warning says that it does not on AWS',
    test: { id: 'callback-24', behaviour: 'endByCallback' },
    ends: ['succeeds: callback(null)', 'fails: callback(text)'],
    also: warnsOnce('takes a callback', 'AWS refuses it'),
  },
  {
    situation: 'it is not async, takes no callback and returns (`nodejs22.x`)',
    aws: 'done when its event loop is empty; what it returned is ignored',
    source: sources.nodeRuntime,
    here: 'done when it returns, with one warning; what it returned is ignored',
    test: { id: 'plain-22', behaviour: 'endPlainly', runtime: 'nodejs22.x' },
    ends: ['succeeds: returns', 'fails: throws', 'succeeds: returns'],
    also: warnsOnce('without a promise', 'ignored'),
  },
  {
    situation: 'it is not async, takes no callback and returns (`nodejs24.x`)',
    aws: 'done when it returns, and what it returned is its answer',
    source: sources.nodeRuntime,
    here: 'as AWS, with one warning',
    test: { id: 'plain-24', behaviour: 'endPlainly' },
    ends: ['succeeds: returns', 'fails: throws', 'succeeds: returns'],
    also: warnsOnce('without a promise'),
  },
]

const inThreads: Situation[] = [
  {
    situation: 'it ends its process, or throws out of a timer',
    aws: 'the invocation fails, and the next one gets a new process',
    source: sources.nodeRuntime,
    here: 'as AWS: the next one gets a new thread. What fails the attempt is what was thrown',
    test: { id: 'exits', behaviour: 'endAsTold' },
    ends: [
      'fails: ends the process',
      'fails: throws out of a timer',
      'fails: leaves a rejection to itself',
      'fails: throws',
    ],
    async also(run) {
      await run.logged('failed', 'ended its worker thread, as with process.exit()')
      await run.logged('failed', 'aside, in a timer')
      await run.logged('failed', 'aside, in a promise')
    },
  },
]

export const functionRows: Row[] = [
  ...everywhere.flatMap(situation => places.map(place => rowOf(situation, place))),
  ...inThreads.map(situation => rowOf(situation, places[1]!)),
  {
    setting: 'function',
    situation: 'it ends its process, or throws out of a timer, in process',
    aws: 'the invocation fails, and the next one gets a new process',
    source: sources.nodeRuntime,
    here: 'not emulated: it ends the service, which it shares a process with; nothing of it is committed',
  },
  {
    setting: 'function',
    situation: 'it takes more memory than there is, in a worker thread',
    aws: 'the invocation fails, and the next one gets a new process',
    source: sources.nodeRuntime,
    here: 'not emulated: it ends the service, which serverless-offline does not shield from it; nothing of it is committed',
  },
  {
    setting: 'function',
    situation: 'what it left running ends its process between two events, in a worker thread',
    aws: 'the process stands still between two events: it ends in the next one, which fails, and the one after that gets a new process',
    source: sources.nodeRuntime,
    here: 'no attempt fails: the next event gets a new thread',
    test: {
      kind: 'elsewhere',
      file: 'src/functions.test.ts',
      name: 'one that ends between two events gives way to a new one',
    },
  },
  {
    setting: 'function',
    situation: 'in Python: it answers nothing, something falsy, no JSON; raises, exits, or its process dies',
    aws: 'any answer that is JSON is a success; everything else fails, and the next invocation gets a new process where that one is gone',
    source: sources.pythonHandler,
    here: 'as AWS, with the `python3` of this machine',
    test: {
      kind: 'elsewhere',
      file: 'test/system/python.test.ts',
      name: 'an answer or nothing is a success',
    },
  },
  {
    setting: 'function',
    situation: 'in Python: it writes past `sys.stdout`, by a child process or `os.write`',
    aws: 'that is no part of its answer',
    source: sources.pythonHandler,
    here: 'as AWS',
    test: {
      kind: 'elsewhere',
      file: 'src/functions.test.ts',
      name: 'output that bypasses sys.stdout loses no answer',
    },
  },
  {
    setting: 'function',
    situation: 'in Python: its process has ended, and its module ends or hangs when it is loaded again',
    aws: 'a load that fails, or takes longer than 10 s, is tried again with the invocation, which fails when it fails again',
    source: sources.runtimeEnvironment,
    here: 'a failed attempt after 60 s, and the next one gets a new process',
    test: {
      kind: 'elsewhere',
      file: 'src/functions.test.ts',
      name: 'one that is loaded again and %s at that fails the attempt',
    },
  },
  {
    setting: 'function',
    situation: 'in Python: it still runs when the stop has waited long enough, or the service is killed',
    aws: 'what is not committed is delivered again',
    source: sources.batching,
    here: 'it is ended, so that it does not run beside its next attempt',
    test: {
      kind: 'elsewhere',
      file: 'src/functions.test.ts',
      name: 'a handler that still runs at the end of a stop is ended',
    },
  },
  {
    setting: 'function',
    situation:
      'its file, its export or its module is missing, it is no function, or its module throws while it is loaded',
    aws: 'every invocation fails, and the batch is tried again',
    source: sources.nodeHandler,
    here: 'refused at start, with the function and the reason',
    test: {
      kind: 'elsewhere',
      file: 'test/system/functions.test.ts',
      name: 'the start is refused when a function cannot be loaded or run',
    },
  },
  {
    setting: 'runtime',
    situation: 'neither Node nor Python 3; an image; `package.artifact`',
    aws: 'runs it',
    source: sources.runtimes,
    here: 'refused at start, with the function and the reason: serverless-offline takes some of their errors for answers, or cannot run them',
    test: {
      kind: 'elsewhere',
      file: 'test/system/functions.test.ts',
      name: 'the start is refused when a function cannot be loaded or run',
    },
  },
  {
    setting: 'runtime',
    situation: 'in a container (`useDocker`)',
    aws: 'runs it',
    source: sources.runtimes,
    here: 'refused at start: serverless-offline takes an error in there for an answer',
    test: {
      kind: 'elsewhere',
      file: 'test/system/functions.test.ts',
      name: 'the start is refused: serverless-offline takes an error in there for an answer',
    },
  },
]

function rowOf({ situation, ends, also, test, ...row }: Situation, place: (typeof places)[number]): Row {
  return {
    ...row,
    setting: 'function',
    situation: `${situation}, ${place.where}`,
    test: {
      ...test,
      kind: 'live',
      id: `${test.id}${place.suffix}`,
      app: place.app,
      settings: { batchSize: 1 },
      before: () => ends.map(end => record(end)),
      async judge(run) {
        await run.committed([ends.length])
        const expected = ends.flatMap((end, offset) => (end.startsWith('fails') ? [offset, offset] : [offset]))
        assert.deepEqual(run.attempts().flatMap(offsetsOf), expected, endsOf(run.attempts()))
        await also?.(run)
      },
    },
  }
}

const endsOf = (attempts: Attempt[]): string =>
  attempts.map(attempt => `${offsetsOf(attempt)} ${attempt.ended?.kind}`).join(', ')
