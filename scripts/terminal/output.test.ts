import { describe, expect, test } from '@jest/globals'
import { createReporter, describeFailure, formatDuration, StepFailure, usesColor } from './output.ts'

function fakeTerminal(isTTY: boolean) {
  const written: string[] = []
  return { isTTY, columns: 80, write: (text: string) => written.push(text), text: () => written.join('') }
}

/** A clock that has moved on by 1.5 s at every look. */
function fakeClock() {
  let nowMs = 0
  return () => {
    nowMs += 1_500
    return nowMs
  }
}

describe('a step', () => {
  test('is one plain line outside a terminal', async () => {
    const terminal = fakeTerminal(false)
    const reporter = createReporter(terminal, {}, fakeClock())
    await reporter.step('kafka', async detail => detail('127.0.0.1:9092'))
    expect(terminal.text()).toMatch(/^ {2}✓ kafka {8}127\.0\.0\.1:9092 +1\.5 s\n$/)
  })

  test('shows what is under way only on a terminal, and wipes it', async () => {
    const terminal = fakeTerminal(true)
    const reporter = createReporter(terminal, {}, fakeClock())
    await reporter.step('kafka', async () => {})
    expect(terminal.text()).toContain('\r\x1b[K')
    expect(terminal.text()).toContain('… kafka')
    expect(terminal.text()).toContain('\x1b[32m✓')
  })

  test('has no color under NO_COLOR', async () => {
    const terminal = fakeTerminal(true)
    const reporter = createReporter(terminal, { NO_COLOR: '1' }, fakeClock())
    await reporter.step('kafka', async () => {})
    reporter.failure(new StepFailure('no'))
    expect(terminal.text()).not.toMatch(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`))
  })

  test('that fails is marked, and passes its error on', async () => {
    const terminal = fakeTerminal(false)
    const reporter = createReporter(terminal, {}, fakeClock())
    await expect(reporter.step('kafka', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(terminal.text()).toMatch(/^ {2}✗ kafka/)
  })
})

test.each([
  [0.4, '0 ms'],
  [999, '999 ms'],
  [1_000, '1.0 s'],
  [59_960, '60.0 s'],
  [125_000, '2 min 5 s'],
  [179_700, '3 min 0 s'],
])('%d ms is written as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})

test.each([
  [true, {}, true],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
])('terminal %s with %j: color %s', (isTTY, env, colored) => {
  expect(usesColor(fakeTerminal(isTTY), env)).toBe(colored)
})

test('a failure is told as cause, fix, and the tail of the log', () => {
  const failure = new StepFailure('kafka did not start', {
    fix: 'more memory',
    log: { path: 'kafka.log', tail: ['a', 'b'] },
  })
  expect(describeFailure(failure)).toEqual([
    '',
    'kafka did not start',
    '  fix: more memory',
    '  log: kafka.log',
    '  | a',
    '  | b',
  ])
})

test('a full disk is told in a sentence, not by a stack', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
    code: 'ENOSPC',
    path: 'run.json.new',
  })
  expect(describeFailure(full)).toEqual(['', 'the disk is full: run.json.new cannot be written', '  fix: make room'])
})
