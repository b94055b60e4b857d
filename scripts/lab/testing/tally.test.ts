import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { jestTally, sum, tallyLine, verifyTally } from './tally.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tally-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function reportOf(content: unknown): string {
  const path = join(folder, 'report.json')
  writeFileSync(path, JSON.stringify(content))
  return path
}

const jest = (passed: number, failed: number, broken = 0) =>
  reportOf({ numPassedTests: passed, numFailedTests: failed, numRuntimeErrorTestSuites: broken })

describe('a test run counts', () => {
  test('its tests', () => {
    expect(jestTally(jest(7, 2), 1)).toEqual({ passed: 7, failed: 2 })
  })

  test('a file that could not be loaded as a failure', () => {
    expect(jestTally(jest(7, 0, 1), 1)).toEqual({ passed: 7, failed: 1 })
  })

  test('as failed when it ran nothing, wrote nothing, or ended badly with every test green', () => {
    expect(jestTally(jest(0, 0), 0)).toEqual({ passed: 0, failed: 1 })
    expect(jestTally(join(folder, 'none.json'), 0)).toEqual({ passed: 0, failed: 1 })
    expect(jestTally(jest(7, 0), 1)).toEqual({ passed: 7, failed: 1 })
  })
})

describe('verify counts', () => {
  test('its invariants', () => {
    expect(verifyTally(reportOf([{ ok: true }, { ok: false }, { ok: true }]), 1)).toEqual({ passed: 2, failed: 1 })
  })

  test('as failed when it looked at nothing, crashed, or refused with every invariant true', () => {
    expect(verifyTally(reportOf([]), 0)).toEqual({ passed: 0, failed: 1 })
    expect(verifyTally(join(folder, 'none.json'), 1)).toEqual({ passed: 0, failed: 1 })
    expect(verifyTally(reportOf([{ ok: true }]), 1)).toEqual({ passed: 1, failed: 1 })
  })
})

test('the last line has the words that CI reads', () => {
  expect(
    tallyLine(
      sum([
        { passed: 1, failed: 0 },
        { passed: 2, failed: 3 },
      ]),
    ),
  ).toBe('3 passed, 3 failed')
})
